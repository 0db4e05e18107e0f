//! The rule `handling-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// What was served may be refused.
    ///
    /// ## Why it matters
    /// Requests that got an answer fail: an unknown parameter, an unknown value of a filter.
    ///
    /// ## Example
    /// `unknown-parameters: ignore` becomes `refuse`.
    ///
    /// ## Source
    /// `openapi/README.md`, `unknown-parameters`, and of parameters, filters and paging `unknown`, `zero`, `malformed`,
    /// `below`, `above` and `past-end`.
    id: "handling-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("handling-widened"),
}
