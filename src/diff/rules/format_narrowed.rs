//! The rule `format-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A format holds fewer values than before.
    ///
    /// ## Why it matters
    /// Requests with other values are refused, as they are where a format was set and none was before.
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
    aspect: Format,
    mirror: Rule("format-widened"),
}
