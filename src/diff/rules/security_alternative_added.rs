//! The rule `security-alternative-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A way to authenticate is accepted in addition.
    ///
    /// ## Why it matters
    /// Existing calls stay valid.
    ///
    /// ## Example
    /// `oauth` joins `apiKey`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object.
    id: "security-alternative-added",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("security-alternative-removed"),
}
