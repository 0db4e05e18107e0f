//! The rule `null-forbidden`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value may no longer be null.
    ///
    /// ## Why it matters
    /// Requests that send null are refused.
    ///
    /// ## Example
    /// `nullable: true` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `nullable`.
    id: "null-forbidden",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Null,
    mirror: Rule("null-allowed"),
}
