//! The rule `promise-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A promise about answers was added.
    ///
    /// ## Why it matters
    /// Consumers can rely on more than before.
    ///
    /// ## Example
    /// A total count is new, or a rule between two fields.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.page`, `reads`, `x-rules`.
    id: "promise-added",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Addition,
    aspect: Promise,
    mirror: Rule("promise-removed"),
}
