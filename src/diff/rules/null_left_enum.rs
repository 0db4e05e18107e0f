//! The rule `null-left-enum`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Null left the values of a schema that is still nullable.
    ///
    /// ## Why it matters
    /// Readers of the specification differ on whether `nullable` alone allows null beside an `enum` without it.
    ///
    /// ## Example
    /// `nullable: true, enum: [a, null]` becomes `enum: [a]`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `nullable`, and the proposal that clarified it: null must be listed.
    id: "null-left-enum",
    effect: Unknown,
    guards: [],
    category: Wire,
    aspect: Null,
    mirror: Rule("null-joined-enum"),
}
