//! The rule `required-property-became-write-only`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A required property became write-only.
    ///
    /// ## Why it matters
    /// Answers always carried it and now never do.
    ///
    /// ## Example
    /// The required `token` gets `writeOnly: true`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `writeOnly`.
    id: "required-property-became-write-only",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Required,
    mirror: Rule("property-left-write-only"),
}
