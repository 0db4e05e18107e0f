//! The rule `keyword-not-understood`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A keyword that is not compared changed.
    ///
    /// ## Why it matters
    /// It may narrow or widen what is accepted; look yourself.
    ///
    /// ## Example
    /// `patternProperties` changed.
    ///
    /// ## Source
    /// ours, because what cannot be decided must not be silent.
    id: "keyword-not-understood",
    effect: Unknown,
    guards: [],
    category: Wire,
    mirror: Itself,
}
