//! The rule `discriminator-value-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value of the discriminator is no longer known.
    ///
    /// ## Why it matters
    /// Requests that carry it are not understood.
    ///
    /// ## Example
    /// `cat` is gone from `mapping`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Discriminator Object, `mapping`.
    id: "discriminator-value-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("discriminator-value-added"),
}
