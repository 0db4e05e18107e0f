//! The rule `property-became-write-only`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An optional property became write-only.
    ///
    /// ## Why it matters
    /// Answers no longer carry it; they did not always.
    ///
    /// ## Example
    /// `token` gets `writeOnly: true`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `writeOnly`.
    id: "property-became-write-only",
    effect: None,
    guards: [],
    category: Wire,
    aspect: Visibility,
    mirror: Rule("property-left-write-only"),
}
