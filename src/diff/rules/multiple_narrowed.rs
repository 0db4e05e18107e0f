//! The rule `multiple-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A number must be a multiple of a larger step.
    ///
    /// ## Why it matters
    /// Requests between the steps are refused.
    ///
    /// ## Example
    /// `multipleOf: 10` replaces `5`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `multipleOf`.
    id: "multiple-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Multiple,
    mirror: Rule("multiple-widened"),
}
