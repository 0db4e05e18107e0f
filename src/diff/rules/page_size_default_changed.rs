//! The rule `page-size-default-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The default page size changed.
    ///
    /// ## Why it matters
    /// Who leaves the size out gets other pages, but the same records.
    ///
    /// ## Example
    /// `default: 50` becomes `20`.
    ///
    /// ## Source
    /// `openapi/README.md`, `page.size.default`.
    id: "page-size-default-changed",
    effect: None,
    guards: [],
    category: Wire,
    mirror: Itself,
}
