//! The rule `negation-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A `not` was added.
    ///
    /// ## Why it matters
    /// Requests that match it are refused.
    ///
    /// ## Example
    /// `not: {enum: [root]}` is new.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `not`.
    id: "negation-added",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("negation-removed"),
}
