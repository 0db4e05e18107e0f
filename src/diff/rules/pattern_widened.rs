//! The rule `pattern-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A pattern was replaced by one that more texts match.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets texts of another form.
    ///
    /// ## Example
    /// `^[a-z]{2}$` becomes `^[a-z]+$`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `pattern`.
    id: "pattern-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Pattern,
    mirror: Rule("pattern-narrowed"),
}
