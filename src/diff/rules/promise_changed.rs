//! The rule `promise-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A promise about answers reads differently.
    ///
    /// ## Why it matters
    /// Whether more or less is promised could not be decided.
    ///
    /// ## Example
    /// The CEL text of a rule changed.
    ///
    /// ## Source
    /// `openapi/README.md`, `x-rules`, `x-contract`.
    id: "promise-changed",
    effect: Unknown,
    guards: [],
    category: Wire,
    aspect: Promise,
    mirror: Itself,
}
