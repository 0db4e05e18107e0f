//! The rule `discriminator-property-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Another property tells the variants apart.
    ///
    /// ## Why it matters
    /// Consumers and servers choose the variant by it, and now look in the wrong place.
    ///
    /// ## Example
    /// `propertyName: kind` becomes `type`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Discriminator Object.
    id: "discriminator-property-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
