//! The rule `operation-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An operation was added.
    ///
    /// ## Why it matters
    /// Nobody calls it yet, so nobody is hurt; consumers may want to know.
    ///
    /// ## Example
    /// `POST /customers` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Paths Object.
    id: "operation-added",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("operation-removed"),
}
