//! The rule `discriminator-value-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value of the discriminator is new.
    ///
    /// ## Why it matters
    /// A consumer that reads it does not know which variant it means.
    ///
    /// ## Example
    /// `kitten` joins `mapping`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Discriminator Object, `mapping`.
    id: "discriminator-value-added",
    effect: Widens,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("discriminator-value-removed"),
}
