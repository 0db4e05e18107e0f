//! The rule `null-allowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value may now be null.
    ///
    /// ## Why it matters
    /// Consumers that read it without a check fail. All spellings of null count as one: `nullable`, a list of
    /// types, a null variant.
    ///
    /// ## Example
    /// `nullable: true` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `nullable`.
    id: "null-allowed",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Null,
    mirror: Rule("null-forbidden"),
}
