//! The rule `total-meaning-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The total counts something else.
    ///
    /// ## Why it matters
    /// Consumers that filter show a wrong figure, or page by it in vain.
    ///
    /// ## Example
    /// `total` of the records that match becomes `of: collection`.
    ///
    /// ## Source
    /// `openapi/README.md`, `page.total`.
    id: "total-meaning-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
