//! The rule `header-became-required`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A response header is now always sent.
    ///
    /// ## Why it matters
    /// Consumers get what they could already get.
    ///
    /// ## Example
    /// `X-Total-Count` is now `required: true`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Header Object, `required`.
    id: "header-became-required",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("header-became-optional"),
}
