//! The rule `page-size-limit-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Page sizes that were promised are not any more.
    ///
    /// ## Why it matters
    /// Requests with such a size are refused or clamped.
    ///
    /// ## Example
    /// `max: 100` becomes `50`.
    ///
    /// ## Source
    /// `openapi/README.md`, `page.size.min`, `page.size.max`.
    id: "page-size-limit-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("page-size-limit-widened"),
}
