//! The rule `negation-replaced`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A `not` rules out other values than before.
    ///
    /// ## Why it matters
    /// Some values that were accepted are refused now, and the other way about.
    ///
    /// ## Example
    /// `not: {enum: [a]}` becomes `not: {enum: [b]}`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `not`.
    id: "negation-replaced",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
