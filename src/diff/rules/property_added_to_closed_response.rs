//! The rule `property-added-to-closed-response`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A property was added to an answer whose object allowed no others.
    ///
    /// ## Why it matters
    /// Strictly, the old document promised that nothing else comes, and a reader that validates against it refuses
    /// the answer. Yet servers that close their objects still add properties, and every practice calls that safe:
    /// undecided, so that it is seen and stops nobody. Set it to `deny` where readers validate.
    ///
    /// ## Example
    /// `nickname` is new in the answer, and `additionalProperties` was `false`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `additionalProperties`; oasdiff reports properties added to answers
    /// as information.
    id: "property-added-to-closed-response",
    effect: Unknown,
    guards: [ReadOnly, WriteOnly],
    category: Wire,
    mirror: Rule("property-removed-from-closed-object"),
}
