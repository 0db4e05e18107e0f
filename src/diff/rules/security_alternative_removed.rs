//! The rule `security-alternative-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A way to authenticate is no longer accepted.
    ///
    /// ## Why it matters
    /// Calls that use it are refused.
    ///
    /// ## Example
    /// `apiKey` is gone, only `oauth` is left.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object.
    id: "security-alternative-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("security-alternative-added"),
}
