//! The rule `promise-moved`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A fact about a page stands elsewhere in the answer.
    ///
    /// ## Why it matters
    /// Consumers look for it in the old place and find nothing.
    ///
    /// ## Example
    /// `more: /hasMore` becomes `/page/more`.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.page`.
    id: "promise-moved",
    effect: Incomparable,
    guards: [],
    category: Wire,
    aspect: Promise,
    mirror: Itself,
}
