//! The rule `optional-header-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A response header that was not always sent is gone.
    ///
    /// ## Why it matters
    /// Consumers had to be ready for its absence.
    ///
    /// ## Example
    /// `X-Request-Id` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Header Object.
    id: "optional-header-removed",
    effect: None,
    guards: [Sanctioned],
    category: Wire,
    tells: Removal,
    mirror: Rule("header-added"),
}
