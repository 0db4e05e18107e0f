//! The rule `callback-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A callback or webhook is no longer sent.
    ///
    /// ## Why it matters
    /// Consumers wait for a call that never comes.
    ///
    /// ## Example
    /// The callback `paid` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Callback Object; OpenAPI 3.1.0, `webhooks`.
    id: "callback-removed",
    effect: Narrows,
    guards: [Negotiated],
    category: Wire,
    tells: Removal,
    mirror: Rule("callback-added"),
}
