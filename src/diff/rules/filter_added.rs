//! The rule `filter-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A filter is promised in addition.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// The filter `status` is new.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.filters`.
    id: "filter-added",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("filter-removed"),
}
