//! The rule `property-count-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The number of properties of an object was limited further.
    ///
    /// ## Why it matters
    /// Requests beyond the new limit are refused. A limit set where none was counts; a limit that something
    /// else implies already does not.
    ///
    /// ## Example
    /// `maxProperties: 5` is new.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `minProperties`, `maxProperties`.
    id: "property-count-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: PropertyCount,
    mirror: Rule("property-count-widened"),
}
