//! The rule `negation-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A `not` was removed.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets values that were ruled out.
    ///
    /// ## Example
    /// `not: {enum: [root]}` is gone.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `not`.
    id: "negation-removed",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("negation-added"),
}
