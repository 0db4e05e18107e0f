//! The rule `default-order-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The order of a list that is not asked for changed.
    ///
    /// ## Why it matters
    /// Consumers that take the first record for the newest take another one.
    ///
    /// ## Example
    /// `direction: descending` becomes `ascending`.
    ///
    /// ## Source
    /// `openapi/README.md`, `lists.sort.default`.
    id: "default-order-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
