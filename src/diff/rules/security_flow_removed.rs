//! The rule `security-flow-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An OAuth flow is no longer offered.
    ///
    /// ## Why it matters
    /// Consumers that obtain their tokens by it cannot any more.
    ///
    /// ## Example
    /// The flow `password` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, OAuth Flows Object.
    id: "security-flow-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("security-flow-added"),
}
