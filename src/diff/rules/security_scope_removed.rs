//! The rule `security-scope-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A scope is no longer required.
    ///
    /// ## Why it matters
    /// Existing tokens stay valid.
    ///
    /// ## Example
    /// `read, write` becomes `read`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object, scopes.
    id: "security-scope-removed",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("security-scope-added"),
}
