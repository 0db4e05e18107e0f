//! The rule `link-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A link of a response is gone.
    ///
    /// ## Why it matters
    /// Whoever goes on by the link, as generated clients may, no longer finds it in the document.
    ///
    /// ## Example
    /// `links.next` of `200` was dropped.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Link Object.
    id: "link-removed",
    effect: Unknown,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("link-added"),
}
