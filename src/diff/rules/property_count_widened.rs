//! The rule `property-count-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The number of properties of an object was limited less.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets values beyond the limit that he was promised.
    ///
    /// ## Example
    /// `maxProperties: 5` is gone.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `minProperties`, `maxProperties`.
    id: "property-count-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: PropertyCount,
    mirror: Rule("property-count-narrowed"),
}
