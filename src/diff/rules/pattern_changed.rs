//! The rule `pattern-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A pattern was replaced by another, and which of them takes more could not be decided.
    ///
    /// ## Why it matters
    /// One of the two may take texts that the other refuses.
    ///
    /// ## Example
    /// Two patterns with look-ahead.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `pattern`.
    id: "pattern-changed",
    effect: Unknown,
    guards: [],
    category: Wire,
    aspect: Pattern,
    mirror: Itself,
}
