//! The rule `required-request-body-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A required request body was added.
    ///
    /// ## Why it matters
    /// Requests without a body are refused.
    ///
    /// ## Example
    /// `POST /customers` must now have a body.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Request Body Object, `required`.
    id: "required-request-body-added",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Absent("removing a body narrows too, required or not: request-body-removed"),
}
