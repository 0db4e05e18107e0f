//! The rule `default-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A default changed.
    ///
    /// ## Why it matters
    /// A default is no validation, so nothing is refused; who leaves the value out may get something else.
    ///
    /// ## Example
    /// `default: 20` becomes `50`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `default`; oasdiff #1110.
    id: "default-changed",
    effect: None,
    guards: [],
    category: Wire,
    mirror: Itself,
}
