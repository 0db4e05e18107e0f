//! The rule `discriminator-value-moved`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value of the discriminator selects another schema that was there before.
    ///
    /// ## Why it matters
    /// Whoever sends or reads the value means the schema that it selected, and is understood as something else.
    ///
    /// ## Example
    /// `cat: Cat, dog: Dog` becomes `cat: Dog, dog: Cat`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Discriminator Object, `mapping`.
    id: "discriminator-value-moved",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
