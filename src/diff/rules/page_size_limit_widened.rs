//! The rule `page-size-limit-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// More page sizes are promised.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// `max: 50` becomes `100`.
    ///
    /// ## Source
    /// `openapi/README.md`, `page.size.min`, `page.size.max`.
    id: "page-size-limit-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("page-size-limit-narrowed"),
}
