//! The rule `discriminator-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A discriminator was added.
    ///
    /// ## Why it matters
    /// It names the property by which variants are told apart, and forbids nothing.
    ///
    /// ## Example
    /// `discriminator: {propertyName: kind}` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Discriminator Object.
    id: "discriminator-added",
    effect: None,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("discriminator-removed"),
}
