//! The rule `property-became-required`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An optional property became required.
    ///
    /// ## Why it matters
    /// Requests without it are refused, whatever its default.
    ///
    /// ## Example
    /// `email` joins `required`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `required`.
    id: "property-became-required",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Presence,
    mirror: Rule("property-became-optional"),
}
