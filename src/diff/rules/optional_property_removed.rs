//! The rule `optional-property-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A property that was not always there is gone.
    ///
    /// ## Why it matters
    /// Readers had to be ready for its absence; senders may still send it, because the object is open.
    ///
    /// ## Example
    /// `nickname` is gone.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `properties`.
    id: "optional-property-removed",
    effect: None,
    guards: [ReadOnly, WriteOnly, Sanctioned],
    category: Wire,
    tells: Removal,
    mirror: Rule("optional-property-added"),
}
