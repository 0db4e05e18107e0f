//! The rule `response-status-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A response status is no longer documented.
    ///
    /// ## Why it matters
    /// Consumers wait for the success or the redirection that they know. Errors come and go, so a status that is neither is
    /// a note.
    ///
    /// ## Example
    /// `200` is gone, `204` is there instead.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Responses Object.
    id: "response-status-removed",
    effect: Narrows,
    guards: [Negotiated, NonSuccess],
    category: Wire,
    tells: Removal,
    mirror: Rule("response-status-added"),
}
