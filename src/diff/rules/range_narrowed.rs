//! The rule `range-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The range of a number was limited further.
    ///
    /// ## Why it matters
    /// Requests beyond the new limit are refused. A limit set where none was counts; a limit that something
    /// else implies already does not.
    ///
    /// ## Example
    /// `maximum: 100` becomes `50`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `minimum`, `maximum`.
    id: "range-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    aspect: Range,
    mirror: Rule("range-widened"),
}
