//! The rule `format-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A format was dropped, or replaced by one that holds more values.
    ///
    /// ## Why it matters
    /// A consumer that reads it by the old format meets values that do not fit.
    ///
    /// ## Example
    /// `int32` becomes `int64`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Data Types.
    id: "format-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("format-narrowed"),
}
