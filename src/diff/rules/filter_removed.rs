//! The rule `filter-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A filter is no longer promised.
    ///
    /// ## Why it matters
    /// Requests that use it get everything, or are refused.
    ///
    /// ## Example
    /// The filter `status` is gone.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.filters`.
    id: "filter-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("filter-added"),
}
