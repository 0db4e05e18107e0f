//! The rule `deprecation-announced`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Something was announced as deprecated.
    ///
    /// ## Why it matters
    /// It still works; consumers should plan to leave it.
    ///
    /// ## Example
    /// `deprecated: true` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, `deprecated`.
    id: "deprecation-announced",
    effect: None,
    guards: [],
    category: Docs,
    mirror: Rule("deprecation-withdrawn"),
}
