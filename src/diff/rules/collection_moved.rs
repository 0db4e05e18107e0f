//! The rule `collection-moved`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The records of a list stand elsewhere in the answer.
    ///
    /// ## Why it matters
    /// Consumers look for them in the old place.
    ///
    /// ## Example
    /// `items: /customers` becomes `/data`.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.items` and `lists.item`.
    id: "collection-moved",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
