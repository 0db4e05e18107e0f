//! The rule `expansion-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An expansion is no longer promised.
    ///
    /// ## Why it matters
    /// Requests that ask for it do not get the field.
    ///
    /// ## Example
    /// `expand=parent_customer` is gone.
    ///
    /// ## Source
    /// `openapi/README.md`, `expands`.
    id: "expansion-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("expansion-added"),
}
