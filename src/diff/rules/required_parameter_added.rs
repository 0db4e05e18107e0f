//! The rule `required-parameter-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A required request parameter was added.
    ///
    /// ## Why it matters
    /// Requests that were complete are refused. A default does not help: what is required must be sent.
    ///
    /// ## Example
    /// Header `Tenant-ID` must now be sent.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `required`.
    id: "required-parameter-added",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Absent("removing a parameter narrows too, required or not: parameter-removed"),
}
