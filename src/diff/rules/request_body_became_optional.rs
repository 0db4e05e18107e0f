//! The rule `request-body-became-optional`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The request body became optional.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// `required: true` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Request Body Object, `required`.
    id: "request-body-became-optional",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("request-body-became-required"),
}
