//! The rule `security-scheme-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Credentials are sent in another way.
    ///
    /// ## Why it matters
    /// What consumers send is not looked for any more.
    ///
    /// ## Example
    /// The API key moves from the query to a header.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Security Scheme Object.
    id: "security-scheme-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
