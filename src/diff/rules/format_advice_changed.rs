//! The rule `format-advice-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A format that limits nothing for certain was set, dropped or replaced.
    ///
    /// ## Why it matters
    /// `int64`, `float` and `double` tell which type a reader should take, and a number beyond them is hardly ever
    /// sent; a format that no standard defines means what its author means. Nothing was decided: ask whether the
    /// server enforces it.
    ///
    /// ## Example
    /// `type: integer` gets `format: int64`; `format: phone` becomes `tel`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Data Types: `format` is an open list of hints.
    id: "format-advice-changed",
    effect: Unknown,
    guards: [],
    category: Wire,
    aspect: Format,
    mirror: Itself,
}
