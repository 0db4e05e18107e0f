//! The rule `server-variable-value-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value of a variable in the address of a server was added.
    ///
    /// ## Why it matters
    /// Consumers may choose one more address.
    ///
    /// ## Example
    /// `enum: [us]` of `region` becomes `[us, eu]`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Server Variable Object, `enum`.
    id: "server-variable-value-added",
    effect: None,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("server-variable-value-removed"),
}
