//! The rule `parameter-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A request parameter was removed.
    ///
    /// ## Why it matters
    /// Requests that carry it are no longer documented: a filter that is ignored returns everything, a strict
    /// server refuses. The document has no way to allow undeclared parameters, so that an optional one is no
    /// exception: whoever sends it relied on it.
    ///
    /// ## Example
    /// Query parameter `status` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object.
    id: "parameter-removed",
    effect: Narrows,
    guards: [Sanctioned],
    category: Wire,
    tells: Removal,
    mirror: Rule("optional-parameter-added"),
}
