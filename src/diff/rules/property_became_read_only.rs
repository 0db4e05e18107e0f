//! The rule `property-became-read-only`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A property became read-only.
    ///
    /// ## Why it matters
    /// It should no longer be sent; what is sent is ignored.
    ///
    /// ## Example
    /// `id` gets `readOnly: true`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `readOnly`.
    id: "property-became-read-only",
    effect: None,
    guards: [],
    category: Wire,
    aspect: Visibility,
    mirror: Rule("property-left-read-only"),
}
