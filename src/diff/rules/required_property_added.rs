//! The rule `required-property-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A required property was added.
    ///
    /// ## Why it matters
    /// Requests without it are refused; a default does not help, because a default is no validation.
    ///
    /// ## Example
    /// `email` is new and required.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `required`; oasdiff #549, #1109.
    id: "required-property-added",
    effect: Narrows,
    guards: [ReadOnly, WriteOnly],
    category: Wire,
    tells: Addition,
    aspect: Required,
    mirror: Rule("required-property-removed"),
}
