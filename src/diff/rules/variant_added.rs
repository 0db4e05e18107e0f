//! The rule `variant-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A variant was added to a union that none of the old ones covers.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets a form that he does not know. Where an old variant lets it through, but only
    /// because it is open, the change is undecided: nobody can tell whether the openness was meant for it.
    ///
    /// ## Example
    /// `oneOf: [Card]` becomes `[Card, Bank]`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `oneOf`, `anyOf`; oasdiff #610.
    id: "variant-added",
    effect: Widens,
    guards: [Open],
    category: Client,
    tells: Addition,
    mirror: Rule("variant-removed"),
}
