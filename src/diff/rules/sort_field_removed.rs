//! The rule `sort-field-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A field to sort by is no longer promised.
    ///
    /// ## Why it matters
    /// Requests that sort by it come back in another order, or are refused.
    ///
    /// ## Example
    /// `createdAt` is gone.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.sort.fields`.
    id: "sort-field-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("sort-field-added"),
}
