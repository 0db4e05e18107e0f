//! The rule `read-key-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A record is no longer found by one of its keys.
    ///
    /// ## Why it matters
    /// Consumers that know it by that key only find nothing.
    ///
    /// ## Example
    /// `by: [{slot: {path: id}, key: /identifier}]` is gone, and `/id` is left.
    ///
    /// ## Source
    /// `openapi/README.md`, `reads.by`.
    id: "read-key-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("read-key-added"),
}
