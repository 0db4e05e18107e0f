//! The rule `required-property-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A property that was always there is gone.
    ///
    /// ## Why it matters
    /// A consumer that reads it without a check fails. `deprecated: true` alone does not excuse it: no request of the
    /// reader shows that he still reads it, so only an `x-sunset` date that has passed does.
    ///
    /// ## Example
    /// `email` is gone.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `required`.
    id: "required-property-removed",
    effect: Widens,
    guards: [ReadOnly, WriteOnly, Sanctioned],
    category: Wire,
    tells: Removal,
    aspect: Required,
    mirror: Rule("required-property-added"),
}
