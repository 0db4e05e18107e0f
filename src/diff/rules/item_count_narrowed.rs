//! The rule `item-count-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The number of items of a list was limited further.
    ///
    /// ## Why it matters
    /// Requests beyond the new limit are refused. A limit set where none was counts; a limit that something
    /// else implies already does not.
    ///
    /// ## Example
    /// `maxItems: 100` becomes `50`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `minItems`, `maxItems`.
    id: "item-count-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: ItemCount,
    mirror: Rule("item-count-widened"),
}
