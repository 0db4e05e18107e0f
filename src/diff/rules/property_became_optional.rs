//! The rule `property-became-optional`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A required property became optional.
    ///
    /// ## Why it matters
    /// A consumer that reads it without a check fails.
    ///
    /// ## Example
    /// `email` leaves `required`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `required`.
    id: "property-became-optional",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Presence,
    mirror: Rule("property-became-required"),
}
