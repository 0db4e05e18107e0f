//! The rule `pattern-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A text must now match a pattern.
    ///
    /// ## Why it matters
    /// Requests whose text does not match are refused.
    ///
    /// ## Example
    /// `pattern: ^[A-Z]{2}$` is new.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `pattern`; oasdiff #720.
    id: "pattern-added",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Addition,
    aspect: Pattern,
    mirror: Rule("pattern-removed"),
}
