//! The rule `property-left-read-only`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A property is no longer read-only.
    ///
    /// ## Why it matters
    /// It may now be sent.
    ///
    /// ## Example
    /// `readOnly: true` is gone from `name`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `readOnly`.
    id: "property-left-read-only",
    effect: None,
    guards: [],
    category: Wire,
    mirror: Rule("property-became-read-only"),
}
