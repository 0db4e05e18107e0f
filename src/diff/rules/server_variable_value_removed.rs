//! The rule `server-variable-value-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value of a variable in the address of a server is gone.
    ///
    /// ## Why it matters
    /// Whoever filled it in may reach nothing any more; whether it still answers the document does not say.
    ///
    /// ## Example
    /// `enum: [us, eu]` of `region` becomes `[us]`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Server Variable Object, `enum`.
    id: "server-variable-value-removed",
    effect: Unknown,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("server-variable-value-added"),
}
