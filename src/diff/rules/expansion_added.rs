//! The rule `expansion-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An expansion is promised in addition.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// `expand=parent_customer` is new.
    ///
    /// ## Source
    /// `openapi/README.md`, `expands`.
    id: "expansion-added",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("expansion-removed"),
}
