//! The rule `null-joined-enum`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Null joined the values of a schema that was nullable already.
    ///
    /// ## Why it matters
    /// Readers of the specification differ on whether `nullable` alone allows null beside an `enum` without it. Who
    /// reads it strictly meets a null in answers that he ruled out.
    ///
    /// ## Example
    /// `nullable: true, enum: [a]` becomes `enum: [a, null]`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `nullable`, and the proposal that clarified it: null must be listed.
    id: "null-joined-enum",
    effect: Unknown,
    guards: [],
    category: Wire,
    aspect: Null,
    mirror: Rule("null-left-enum"),
}
