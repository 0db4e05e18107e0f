//! The rule `parameter-values-refused`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A parameter no longer takes empty or reserved values.
    ///
    /// ## Why it matters
    /// Requests with such values are refused or read otherwise.
    ///
    /// ## Example
    /// `allowEmptyValue: true` becomes `false`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `allowEmptyValue`, `allowReserved`.
    id: "parameter-values-refused",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("parameter-values-allowed"),
}
