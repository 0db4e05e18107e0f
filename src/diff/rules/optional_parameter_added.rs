//! The rule `optional-parameter-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An optional request parameter was added.
    ///
    /// ## Why it matters
    /// Existing requests stay as they are.
    ///
    /// ## Example
    /// Query parameter `sort` may be sent.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object.
    id: "optional-parameter-added",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("parameter-removed"),
}
