//! The rule `encoding-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The encoding of the parts of a form changed.
    ///
    /// ## Why it matters
    /// The same form is written in other bytes, as with a parameter whose style changes. What is written out
    /// but was so by default changes nothing.
    ///
    /// ## Example
    /// The part `photo` changes its `contentType`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Encoding Object.
    id: "encoding-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
