//! The rule `optional-property-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An optional property was added.
    ///
    /// ## Why it matters
    /// Consumers ignore properties that they do not know.
    ///
    /// ## Example
    /// `nickname` is new.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `properties`.
    id: "optional-property-added",
    effect: None,
    guards: [ReadOnly, WriteOnly],
    category: Wire,
    tells: Addition,
    mirror: Rule("optional-property-removed"),
}
