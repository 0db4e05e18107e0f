//! The rule `deprecation-withdrawn`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Something is no longer deprecated.
    ///
    /// ## Why it matters
    /// Good news for whoever did not leave it.
    ///
    /// ## Example
    /// `deprecated: true` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, `deprecated`.
    id: "deprecation-withdrawn",
    effect: None,
    guards: [],
    category: Docs,
    mirror: Rule("deprecation-announced"),
}
