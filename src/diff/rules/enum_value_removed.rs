//! The rule `enum-value-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value was taken out of an enumeration.
    ///
    /// ## Why it matters
    /// Requests with it are refused.
    ///
    /// ## Example
    /// `archived` is gone from `[active, archived]`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `enum`.
    id: "enum-value-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    aspect: Enum,
    mirror: Rule("enum-value-added"),
}
