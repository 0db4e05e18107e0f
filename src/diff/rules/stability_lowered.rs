//! The rule `stability-lowered`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The stability level of an operation was lowered.
    ///
    /// ## Why it matters
    /// Consumers built on a promise that is taken back.
    ///
    /// ## Example
    /// `x-stability-level: stable` becomes `beta`.
    ///
    /// ## Source
    /// oasdiff's stability levels.
    id: "stability-lowered",
    effect: Violation,
    guards: [],
    category: Wire,
    mirror: Rule("stability-raised"),
}
