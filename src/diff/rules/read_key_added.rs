//! The rule `read-key-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A record is found by one more of its keys.
    ///
    /// ## Why it matters
    /// Existing requests stay valid.
    ///
    /// ## Example
    /// `/identifier` is taken beside `/id`.
    ///
    /// ## Source
    /// `openapi/README.md`, `reads.by`.
    id: "read-key-added",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("read-key-removed"),
}
