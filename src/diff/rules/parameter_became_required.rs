//! The rule `parameter-became-required`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An optional request parameter became required.
    ///
    /// ## Why it matters
    /// Requests without it are refused, whatever its default.
    ///
    /// ## Example
    /// Query parameter `limit` must now be sent.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `required`.
    id: "parameter-became-required",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("parameter-became-optional"),
}
