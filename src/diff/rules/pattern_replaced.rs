//! The rule `pattern-replaced`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A pattern was replaced by one that takes other texts.
    ///
    /// ## Why it matters
    /// Texts that matched do not match any more, and the other way about.
    ///
    /// ## Example
    /// `^[a-z]+$` becomes `^[0-9]+$`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `pattern`.
    id: "pattern-replaced",
    effect: Incomparable,
    guards: [],
    category: Wire,
    aspect: Pattern,
    mirror: Itself,
}
