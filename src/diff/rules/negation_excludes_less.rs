//! The rule `negation-excludes-less`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A `not` rules out less than before.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets values that were ruled out.
    ///
    /// ## Example
    /// `not: {enum: [a, b]}` becomes `not: {enum: [a]}`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `not`.
    id: "negation-excludes-less",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("negation-excludes-more"),
}
