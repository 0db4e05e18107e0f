//! The rule `schema-name-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A schema component is gone or has another name.
    ///
    /// ## Why it matters
    /// Nothing on the wire changes, but generated clients name their types after it.
    ///
    /// ## Example
    /// `Customer` becomes `Account`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Components Object.
    id: "schema-name-removed",
    effect: None,
    guards: [],
    category: Client,
    tells: Removal,
    mirror: Rule("schema-name-added"),
}
