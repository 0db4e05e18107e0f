//! The rule `range-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The range of a number was limited less.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets values beyond the limit that he was promised.
    ///
    /// ## Example
    /// `minimum: 1` becomes `0`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `minimum`, `maximum`.
    id: "range-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Range,
    mirror: Rule("range-narrowed"),
}
