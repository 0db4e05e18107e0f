//! The rule `negation-excludes-more`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A `not` rules out more than before.
    ///
    /// ## Why it matters
    /// Requests that match it now are refused.
    ///
    /// ## Example
    /// `not: {enum: [a]}` becomes `not: {enum: [a, b]}`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `not`.
    id: "negation-excludes-more",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("negation-excludes-less"),
}
