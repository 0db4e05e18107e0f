//! The rule `additional-properties-forbidden`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Properties that are not declared are now forbidden.
    ///
    /// ## Why it matters
    /// Requests that carry any are refused.
    ///
    /// ## Example
    /// `additionalProperties: false` is new.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `additionalProperties`.
    id: "additional-properties-forbidden",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Additional,
    mirror: Rule("additional-properties-allowed"),
}
