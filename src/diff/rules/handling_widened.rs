//! The rule `handling-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// What was refused may be served.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// `unknown-parameters: refuse` becomes `ignore`.
    ///
    /// ## Source
    /// `openapi/README.md`, `unknown-parameters`, and of parameters, filters and paging `unknown`, `zero`, `malformed`,
    /// `below`, `above` and `past-end`.
    id: "handling-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("handling-narrowed"),
}
