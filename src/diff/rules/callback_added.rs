//! The rule `callback-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A callback or webhook is sent in addition.
    ///
    /// ## Why it matters
    /// It goes to an address that only a new request, or somebody who asks for it, names.
    ///
    /// ## Example
    /// The callback `paid` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Callback Object; OpenAPI 3.1.0, `webhooks`.
    id: "callback-added",
    effect: Widens,
    guards: [Negotiated],
    category: Wire,
    tells: Addition,
    mirror: Rule("callback-removed"),
}
