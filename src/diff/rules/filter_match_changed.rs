//! The rule `filter-match-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A filter matches in another way.
    ///
    /// ## Why it matters
    /// The same request finds other records.
    ///
    /// ## Example
    /// `match: equal` becomes `contains`.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.filters.*.match`.
    id: "filter-match-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
