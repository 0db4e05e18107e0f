//! The rule `security-required`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An operation that was open asks for credentials.
    ///
    /// ## Why it matters
    /// Every call without them is refused.
    ///
    /// ## Example
    /// The first `security` requirement on `GET /status`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object.
    id: "security-required",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("security-dropped"),
}
