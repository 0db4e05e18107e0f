//! The rule `parameter-became-optional`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A required request parameter became optional.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// Header `Tenant-ID` may be left out.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `required`.
    id: "parameter-became-optional",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("parameter-became-required"),
}
