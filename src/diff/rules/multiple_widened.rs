//! The rule `multiple-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A number need no longer be a multiple of as large a step.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets numbers between the steps.
    ///
    /// ## Example
    /// `multipleOf: 5` replaces `10`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `multipleOf`.
    id: "multiple-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Multiple,
    mirror: Rule("multiple-narrowed"),
}
