//! The rule `enum-dropped`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value that was one of a list is now free.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets values that he does not know.
    ///
    /// ## Example
    /// `enum: [asc, desc]` is gone.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `enum`.
    id: "enum-dropped",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Enum,
    mirror: Rule("enum-set"),
}
