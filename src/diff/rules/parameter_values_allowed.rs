//! The rule `parameter-values-allowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A parameter takes empty or reserved values that it did not take.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// `allowReserved: false` becomes `true`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `allowEmptyValue`, `allowReserved`.
    id: "parameter-values-allowed",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("parameter-values-refused"),
}
