//! The rule `server-variable-default-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The default of a variable in the address of a server changed.
    ///
    /// ## Why it matters
    /// Whoever fills in nothing reaches another server than before.
    ///
    /// ## Example
    /// `region` has the default `eu` instead of `us`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Server Variable Object, `default`.
    id: "server-variable-default-changed",
    effect: Unknown,
    guards: [],
    category: Wire,
    mirror: Itself,
}
