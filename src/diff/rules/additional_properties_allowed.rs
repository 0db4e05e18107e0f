//! The rule `additional-properties-allowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Properties that are not declared may now be there.
    ///
    /// ## Why it matters
    /// Strict readers, generated ones among them, refuse them.
    ///
    /// ## Example
    /// `additionalProperties: false` is gone.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `additionalProperties`.
    id: "additional-properties-allowed",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Additional,
    mirror: Rule("additional-properties-forbidden"),
}
