//! The rule `required-header-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A response header that was always sent is gone.
    ///
    /// ## Why it matters
    /// Consumers rely on it without looking.
    ///
    /// ## Example
    /// `X-Total-Count` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Header Object, `required`.
    id: "required-header-removed",
    effect: Widens,
    guards: [Sanctioned],
    category: Wire,
    tells: Removal,
    mirror: Rule("header-added"),
}
