//! The rule `union-became-exclusive`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// `anyOf` became `oneOf`.
    ///
    /// ## Why it matters
    /// Payloads that fit several variants are refused, if there are any.
    ///
    /// ## Example
    /// `anyOf: [A, B]` becomes `oneOf: [A, B]`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `oneOf`.
    id: "union-became-exclusive",
    effect: Unknown,
    guards: [],
    category: Wire,
    mirror: Rule("union-became-inclusive"),
}
