//! The rule `link-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A link of a response leads elsewhere or is filled in another way.
    ///
    /// ## Why it matters
    /// Whoever follows it sends another request than before; whether that is as good the document does not say.
    ///
    /// ## Example
    /// `parameters: {id: $response.body#/id}` becomes `$response.body#/key`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Link Object.
    id: "link-changed",
    effect: Unknown,
    guards: [],
    category: Wire,
    mirror: Itself,
}
