//! The rule `variant-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A variant of a union is gone, and no other takes its payloads.
    ///
    /// ## Why it matters
    /// Requests in that form are refused. Where another variant lets them through, but only because it is open, the
    /// change is undecided: nobody can tell whether what they hold is still understood.
    ///
    /// ## Example
    /// `oneOf: [Card, Bank]` becomes `[Card]`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `oneOf`, `anyOf`; oasdiff #610.
    id: "variant-removed",
    effect: Narrows,
    guards: [Open],
    category: Wire,
    tells: Removal,
    mirror: Rule("variant-added"),
}
