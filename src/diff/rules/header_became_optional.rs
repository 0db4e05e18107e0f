//! The rule `header-became-optional`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A response header that was always sent may be missing.
    ///
    /// ## Why it matters
    /// Consumers rely on it without looking.
    ///
    /// ## Example
    /// `required: true` is gone from `X-Total-Count`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Header Object, `required`.
    id: "header-became-optional",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("header-became-required"),
}
