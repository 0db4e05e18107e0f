//! The rule `format-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A format was replaced by another kind of format.
    ///
    /// ## Why it matters
    /// Values of the one are not values of the other.
    ///
    /// ## Example
    /// `date` becomes `date-time`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Data Types.
    id: "format-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    aspect: Format,
    mirror: Itself,
}
