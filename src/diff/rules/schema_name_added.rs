//! The rule `schema-name-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A schema component is new.
    ///
    /// ## Why it matters
    /// Generated clients get one more type.
    ///
    /// ## Example
    /// `Account` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Components Object.
    id: "schema-name-added",
    effect: None,
    guards: [],
    category: Client,
    tells: Addition,
    mirror: Rule("schema-name-removed"),
}
