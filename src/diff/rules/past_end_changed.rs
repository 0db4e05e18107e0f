//! The rule `past-end-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The end of a list shows in another way.
    ///
    /// ## Why it matters
    /// Consumers that page until an empty page or a refusal comes page for ever, or fail at the end.
    ///
    /// ## Example
    /// `past-end: empty` becomes `refuse`.
    ///
    /// ## Source
    /// `openapi/README.md`, `page.past-end`.
    id: "past-end-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
