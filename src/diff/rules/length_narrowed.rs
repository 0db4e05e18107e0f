//! The rule `length-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The length of a text was limited further.
    ///
    /// ## Why it matters
    /// Requests beyond the new limit are refused. A limit set where none was counts; a limit that something
    /// else implies already does not.
    ///
    /// ## Example
    /// `maxLength: 100` becomes `50`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `minLength`, `maxLength`.
    id: "length-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Length,
    mirror: Rule("length-widened"),
}
