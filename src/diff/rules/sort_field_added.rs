//! The rule `sort-field-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A field to sort by is promised in addition.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// `createdAt` is new.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.sort.fields`.
    id: "sort-field-added",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("sort-field-removed"),
}
