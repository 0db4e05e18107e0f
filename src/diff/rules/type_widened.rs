//! The rule `type-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value may have more types than before.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets a type that he does not know.
    ///
    /// ## Example
    /// `integer` becomes `number`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `type`.
    id: "type-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Type,
    mirror: Rule("type-narrowed"),
}
