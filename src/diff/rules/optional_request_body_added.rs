//! The rule `optional-request-body-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An optional request body was added.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// `POST /search` may have a body.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Request Body Object.
    id: "optional-request-body-added",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("request-body-removed"),
}
