//! The rule `property-left-write-only`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A property is no longer write-only.
    ///
    /// ## Why it matters
    /// Answers may now carry it.
    ///
    /// ## Example
    /// `writeOnly: true` is gone from `note`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `writeOnly`.
    id: "property-left-write-only",
    effect: None,
    guards: [],
    category: Wire,
    mirror: Rule("property-became-write-only"),
}
