//! The rule `pattern-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A text need no longer match a pattern.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets texts of another form.
    ///
    /// ## Example
    /// `pattern: ^[A-Z]{2}$` is gone.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `pattern`.
    id: "pattern-removed",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Removal,
    aspect: Pattern,
    mirror: Rule("pattern-added"),
}
