//! The rule `discriminator-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A discriminator was removed.
    ///
    /// ## Why it matters
    /// The variants themselves are as they were.
    ///
    /// ## Example
    /// `discriminator: {propertyName: kind}` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Discriminator Object.
    id: "discriminator-removed",
    effect: None,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("discriminator-added"),
}
