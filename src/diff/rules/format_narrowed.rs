//! The rule `format-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A format was set, or replaced by one that holds fewer values.
    ///
    /// ## Why it matters
    /// Requests with other values are refused.
    ///
    /// ## Example
    /// `type: string` gets `format: uuid`; `int64` becomes `int32`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Data Types.
    id: "format-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("format-widened"),
}
