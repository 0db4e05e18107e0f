//! The rule `union-became-inclusive`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// `oneOf` became `anyOf`.
    ///
    /// ## Why it matters
    /// Payloads that fit several variants are now allowed; consumers read them as one of the variants they
    /// know.
    ///
    /// ## Example
    /// `oneOf: [A, B]` becomes `anyOf: [A, B]`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `anyOf`.
    id: "union-became-inclusive",
    effect: None,
    guards: [],
    category: Wire,
    mirror: Rule("union-became-exclusive"),
}
