//! The rule `required-property-left-read-only`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A required property is no longer read-only.
    ///
    /// ## Why it matters
    /// Until now only answers had to carry it, from now on requests must.
    ///
    /// ## Example
    /// `readOnly: true` is gone from the required `id`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `readOnly`.
    id: "required-property-left-read-only",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Required,
    mirror: Rule("property-became-read-only"),
}
