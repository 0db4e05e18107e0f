//! The rule `item-count-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The number of items of a list was limited less.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets values beyond the limit that he was promised.
    ///
    /// ## Example
    /// `minItems: 1` is gone.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `minItems`, `maxItems`.
    id: "item-count-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: ItemCount,
    mirror: Rule("item-count-narrowed"),
}
