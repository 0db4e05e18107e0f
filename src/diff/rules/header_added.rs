//! The rule `header-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A response header was added.
    ///
    /// ## Why it matters
    /// Consumers ignore headers that they do not know.
    ///
    /// ## Example
    /// `X-Request-Id` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Header Object.
    id: "header-added",
    effect: None,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("optional-header-removed"),
}
