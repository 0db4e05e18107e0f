//! The rule `length-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The length of a text was limited less.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets values beyond the limit that he was promised.
    ///
    /// ## Example
    /// `minLength: 3` becomes `1`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `minLength`, `maxLength`.
    id: "length-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    aspect: Length,
    mirror: Rule("length-narrowed"),
}
