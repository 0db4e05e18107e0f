//! The rule `property-removed-from-closed-object`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A property was removed from an object that allows no others.
    ///
    /// ## Why it matters
    /// Requests that carry it are refused.
    ///
    /// ## Example
    /// `nickname` is gone, and `additionalProperties` is `false`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `additionalProperties`.
    id: "property-removed-from-closed-object",
    effect: Narrows,
    guards: [ReadOnly, WriteOnly, Sanctioned],
    category: Wire,
    tells: Removal,
    mirror: Rule("property-added-to-closed-object"),
}
