//! The rule `record-key-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Another field identifies a record.
    ///
    /// ## Why it matters
    /// Consumers that store the key find nothing by it.
    ///
    /// ## Example
    /// `key: /id` becomes `/customerId`.
    ///
    /// ## Source
    /// `openapi/README.md`, `resources.*.key`, `lists.key`.
    id: "record-key-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
