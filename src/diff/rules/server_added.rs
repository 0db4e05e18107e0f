//! The rule `server-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A server is listed in addition.
    ///
    /// ## Why it matters
    /// Nobody calls it yet.
    ///
    /// ## Example
    /// `https://eu.example.com/v1` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Server Object.
    id: "server-added",
    effect: None,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("server-removed"),
}
