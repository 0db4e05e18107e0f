//! The rule `type-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value may have fewer types than before.
    ///
    /// ## Why it matters
    /// A request with one of the others is refused. A schema without `type` that has `properties` or `items` counts as an
    /// object or a list: adding the word says what everybody read, although strictly it narrows.
    ///
    /// ## Example
    /// `number` becomes `integer`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `type`.
    id: "type-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Type,
    mirror: Rule("type-widened"),
}
