//! The rule `security-endpoint-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Credentials are obtained somewhere else.
    ///
    /// ## Why it matters
    /// Consumers that have the address written down may fail; the old one may still answer.
    ///
    /// ## Example
    /// Another `tokenUrl`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, OAuth Flow Object.
    id: "security-endpoint-changed",
    effect: Unknown,
    guards: [],
    category: Wire,
    mirror: Itself,
}
