//! The rule `operation-id-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The `operationId` of an operation changed.
    ///
    /// ## Why it matters
    /// Nothing on the wire changes, but generated clients name their functions after it.
    ///
    /// ## Example
    /// `listCustomers` becomes `getCustomers`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Operation Object, `operationId`.
    id: "operation-id-changed",
    effect: None,
    guards: [],
    category: Client,
    mirror: Itself,
}
