//! The rule `encoding-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The encoding of the parts of a form changed.
    ///
    /// ## Why it matters
    /// The same form may be written in other bytes; how strictly a server reads it is not documented.
    ///
    /// ## Example
    /// The part `photo` changes its `contentType`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Encoding Object.
    id: "encoding-changed",
    effect: Unknown,
    guards: [],
    category: Wire,
    mirror: Itself,
}
