//! The rule `serialization-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A parameter or header is written in another way.
    ///
    /// ## Why it matters
    /// The same value is sent in other bytes: `ids=1,2` is not `ids=1&ids=2`.
    ///
    /// ## Example
    /// `explode: true` becomes `explode: false`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `style`, `explode`, `content`.
    id: "serialization-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
