//! The rule `link-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A response has a new link.
    ///
    /// ## Why it matters
    /// Consumers may go on from there.
    ///
    /// ## Example
    /// `links.owner` of `200` was added.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Link Object.
    id: "link-added",
    effect: None,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("link-removed"),
}
