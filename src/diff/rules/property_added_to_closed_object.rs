//! The rule `property-added-to-closed-object`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A property was added to an object that allowed no others.
    ///
    /// ## Why it matters
    /// A request that carries it was refused and is accepted now. In an answer, see
    /// `property-added-to-closed-response`.
    ///
    /// ## Example
    /// `nickname` is new, and `additionalProperties` was `false`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `additionalProperties`.
    id: "property-added-to-closed-object",
    effect: Widens,
    guards: [ReadOnly, WriteOnly],
    category: Wire,
    mirror: Rule("property-removed-from-closed-object"),
}
