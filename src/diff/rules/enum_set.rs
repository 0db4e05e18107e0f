//! The rule `enum-set`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value that was free must now be one of a list.
    ///
    /// ## Why it matters
    /// Requests with another value are refused.
    ///
    /// ## Example
    /// `type: string` gets `enum: [asc, desc]`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `enum`.
    id: "enum-set",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Enum,
    mirror: Rule("enum-dropped"),
}
