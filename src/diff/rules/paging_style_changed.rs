//! The rule `paging-style-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The way to the next page changed.
    ///
    /// ## Why it matters
    /// Consumers that walk a list do not find the next page, or walk in a circle.
    ///
    /// ## Example
    /// `next` becomes `offset`.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.page`.
    id: "paging-style-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
