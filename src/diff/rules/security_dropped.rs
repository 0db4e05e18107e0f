//! The rule `security-dropped`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// An operation can now be called without credentials.
    ///
    /// ## Why it matters
    /// Existing calls stay valid.
    ///
    /// ## Example
    /// `{}` joins the alternatives.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object.
    id: "security-dropped",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("security-required"),
}
