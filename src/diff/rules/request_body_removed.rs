//! The rule `request-body-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The request body was removed.
    ///
    /// ## Why it matters
    /// What consumers send there is no longer read, or refused.
    ///
    /// ## Example
    /// `POST /customers` takes no body any more.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Operation Object, `requestBody`.
    id: "request-body-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("optional-request-body-added"),
}
