//! The rule `format-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A format holds more values than before.
    ///
    /// ## Why it matters
    /// A consumer that reads it by the old format meets values that do not fit. A format that is
    /// dropped holds everything.
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
    aspect: Format,
    mirror: Rule("format-narrowed"),
}
