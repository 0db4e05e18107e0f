//! The rule `too-complex`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A union has too many combinations to compare.
    ///
    /// ## Why it matters
    /// Nothing was decided about it; look yourself.
    ///
    /// ## Example
    /// Seven `oneOf` lists of ten variants hold at once.
    ///
    /// ## Source
    /// ours, because a gate must end.
    id: "too-complex",
    effect: Unknown,
    guards: [],
    category: Wire,
    mirror: Itself,
}
