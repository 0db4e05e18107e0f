//! The rule `version-lowered`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// `info.version` is lower than before.
    ///
    /// ## Why it matters
    /// Whoever compares versions takes the new document for the old one.
    ///
    /// ## Example
    /// `2.1.0` became `2.0.0`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Info Object, `version`; Semantic Versioning 2.0.0, 11.
    id: "version-lowered",
    effect: Unknown,
    guards: [],
    category: Docs,
    mirror: Absent("a version that rises is what every release does"),
}
