//! The rule `variants-overlap`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A payload that was accepted fits several variants of a `oneOf`, and is refused.
    ///
    /// ## Why it matters
    /// `oneOf` means exactly one. The payload that is named was tried against both documents. Objects that overlap
    /// only because they are open are left out unless an `anyOf` became a `oneOf`: nobody means them to be refused.
    ///
    /// ## Example
    /// `type: integer` becomes `oneOf: [{type: integer}, {type: number}]`, which refuses every whole number.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `oneOf`.
    id: "variants-overlap",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("overlap-allowed"),
}
