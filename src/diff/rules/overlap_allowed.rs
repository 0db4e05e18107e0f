//! The rule `overlap-allowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A payload that fits several variants, which `oneOf` ruled out, may be answered.
    ///
    /// ## Why it matters
    /// `oneOf` means exactly one: consumers need not know what to make of a payload that is two things at once. The
    /// payload that is named was tried against both documents. Objects that overlap only because they are open are left
    /// out unless a `oneOf` became an `anyOf`: nobody means them to be ruled out.
    ///
    /// ## Example
    /// `oneOf: [{type: integer}, {type: number}]` becomes `anyOf: [{type: integer}, {type: number}]`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `oneOf`.
    id: "overlap-allowed",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("variants-overlap"),
}
