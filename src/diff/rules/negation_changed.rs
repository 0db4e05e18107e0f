//! The rule `negation-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A `not` rules out something else.
    ///
    /// ## Why it matters
    /// Whether more or less is accepted could not be decided.
    ///
    /// ## Example
    /// Two different schemas under `not`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `not`.
    id: "negation-changed",
    effect: Unknown,
    guards: [],
    category: Wire,
    mirror: Itself,
}
