//! The rule `promise-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A promise about answers was taken back.
    ///
    /// ## Why it matters
    /// Consumers that rely on it are not covered any more.
    ///
    /// ## Example
    /// The total count is gone, or a rule between two fields.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.page`, `reads`, `x-rules`.
    id: "promise-removed",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Removal,
    aspect: Promise,
    mirror: Rule("promise-added"),
}
