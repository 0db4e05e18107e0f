//! The rule `pattern-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A pattern was replaced by one that fewer texts match.
    ///
    /// ## Why it matters
    /// Requests with one of the other texts are refused.
    ///
    /// ## Example
    /// `^[a-z]+$` becomes `^[a-z]{2}$`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `pattern`.
    id: "pattern-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Pattern,
    mirror: Rule("pattern-widened"),
}
