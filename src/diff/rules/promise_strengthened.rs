//! The rule `promise-strengthened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A promise about answers binds more than before.
    ///
    /// ## Why it matters
    /// Consumers lose nothing: servers that broke it silently are found now, or one of the readings that were left open is
    /// the one that holds.
    ///
    /// ## Example
    /// `level: note` at a rule became `level: deny`.
    ///
    /// ## Source
    /// `openapi/README.md`, principles: `level` and `strict`.
    id: "promise-strengthened",
    effect: None,
    guards: [],
    category: Wire,
    aspect: Promise,
    mirror: Rule("promise-weakened"),
}
