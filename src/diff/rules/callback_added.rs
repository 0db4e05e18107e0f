//! The rule `callback-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A callback is sent in addition.
    ///
    /// ## Why it matters
    /// It goes to an address that only a new request names.
    ///
    /// ## Example
    /// The callback `paid` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Callback Object.
    id: "callback-added",
    effect: Widens,
    guards: [Negotiated],
    category: Wire,
    tells: Addition,
    mirror: Rule("callback-removed"),
}
