//! The rule `operation-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An operation was removed.
    ///
    /// ## Why it matters
    /// Every call to it fails from now on. A removal that was announced by `deprecated: true` is lawful, once the date of
    /// its `x-sunset` has passed where it names one.
    ///
    /// ## Example
    /// `DELETE /customers/{id}` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Path Item Object; the sunset flow is oasdiff's.
    id: "operation-removed",
    effect: Narrows,
    guards: [Sanctioned],
    category: Wire,
    tells: Removal,
    mirror: Rule("operation-added"),
}
