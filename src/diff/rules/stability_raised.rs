//! The rule `stability-raised`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The stability level of an operation was raised.
    ///
    /// ## Why it matters
    /// More is promised than before.
    ///
    /// ## Example
    /// `x-stability-level: beta` becomes `stable`.
    ///
    /// ## Source
    /// oasdiff's stability levels.
    id: "stability-raised",
    effect: None,
    guards: [],
    category: Wire,
    mirror: Rule("stability-lowered"),
}
