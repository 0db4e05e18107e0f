//! The rule `type-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The type of a value changed to one that does not hold the old one.
    ///
    /// ## Why it matters
    /// What was sent is refused, or what is answered cannot be read.
    ///
    /// ## Example
    /// `string` becomes `integer`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `type`.
    id: "type-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    aspect: Type,
    mirror: Itself,
}
