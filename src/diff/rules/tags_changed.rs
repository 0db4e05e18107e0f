//! The rule `tags-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The tags of an operation changed.
    ///
    /// ## Why it matters
    /// Some generators group operations into classes by tag.
    ///
    /// ## Example
    /// `[customers]` becomes `[accounts]`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Operation Object, `tags`.
    id: "tags-changed",
    effect: None,
    guards: [],
    category: Client,
    mirror: Itself,
}
