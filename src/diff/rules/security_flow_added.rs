//! The rule `security-flow-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An OAuth flow is offered besides the others.
    ///
    /// ## Why it matters
    /// Consumers may obtain tokens in one more way.
    ///
    /// ## Example
    /// The flow `clientCredentials` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, OAuth Flows Object.
    id: "security-flow-added",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("security-flow-removed"),
}
