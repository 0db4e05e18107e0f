//! The rule `version-not-raised`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The document breaks consumers, but `info.version` does not say so.
    ///
    /// ## Why it matters
    /// Release tooling and readers go by the version.
    ///
    /// ## Example
    /// `1.4.0` becomes `1.4.1` although a property is gone.
    ///
    /// ## Source
    /// Semantic Versioning 2.0.0, item 8.
    id: "version-not-raised",
    effect: None,
    guards: [],
    category: Docs,
    mirror: Absent("a version that is raised without need hurts nobody"),
}
