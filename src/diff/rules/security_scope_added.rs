//! The rule `security-scope-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A scope is required in addition.
    ///
    /// ## Why it matters
    /// Tokens without it are refused.
    ///
    /// ## Example
    /// `read` becomes `read, write`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object, scopes.
    id: "security-scope-added",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("security-scope-removed"),
}
