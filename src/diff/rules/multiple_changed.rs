//! The rule `multiple-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A number must be a multiple of another step.
    ///
    /// ## Why it matters
    /// Multiples of the one are not multiples of the other.
    ///
    /// ## Example
    /// `multipleOf: 3` replaces `2`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `multipleOf`.
    id: "multiple-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    aspect: Multiple,
    mirror: Itself,
}
