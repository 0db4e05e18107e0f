//! The rule `request-body-became-required`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The request body became required.
    ///
    /// ## Why it matters
    /// Requests without a body are refused.
    ///
    /// ## Example
    /// `required: true` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Request Body Object, `required`.
    id: "request-body-became-required",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("request-body-became-optional"),
}
