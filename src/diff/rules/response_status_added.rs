//! The rule `response-status-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A response status is documented in addition.
    ///
    /// ## Why it matters
    /// Consumers must be ready for any status of a class that they know.
    ///
    /// ## Example
    /// `202` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Responses Object.
    id: "response-status-added",
    effect: Widens,
    guards: [Negotiated],
    category: Wire,
    tells: Addition,
    mirror: Rule("response-status-removed"),
}
