//! The rule `server-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A server is no longer listed.
    ///
    /// ## Why it matters
    /// Consumers that have its address written down may fail; it may still answer.
    ///
    /// ## Example
    /// `https://api.example.com/v1` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Server Object.
    id: "server-removed",
    effect: Unknown,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("server-added"),
}
