//! The rule `unique-items-dropped`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The items of a list may now repeat.
    ///
    /// ## Why it matters
    /// A consumer that collects them in a set loses some.
    ///
    /// ## Example
    /// `uniqueItems: true` is gone.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `uniqueItems`.
    id: "unique-items-dropped",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Uniqueness,
    mirror: Rule("unique-items-required"),
}
