//! The rule `unique-items-required`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The items of a list must now be different.
    ///
    /// ## Why it matters
    /// Requests that repeat an item are refused.
    ///
    /// ## Example
    /// `uniqueItems: true` is new.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `uniqueItems`.
    id: "unique-items-required",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Uniqueness,
    mirror: Rule("unique-items-dropped"),
}
