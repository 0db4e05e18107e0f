//! The rule `promise-weakened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A promise about answers binds less than before.
    ///
    /// ## Why it matters
    /// A server that breaks it fails no check any more, so that the promise is as good as gone.
    ///
    /// ## Example
    /// `level: note` at a sort field whose order was checked at `deny`.
    ///
    /// ## Source
    /// `openapi/README.md`, principles: `level` and `strict`.
    id: "promise-weakened",
    effect: Unknown,
    guards: [],
    category: Wire,
    aspect: Promise,
    mirror: Rule("promise-strengthened"),
}
