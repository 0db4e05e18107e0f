//! The rule `enum-value-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value was added to an enumeration.
    ///
    /// ## Why it matters
    /// A consumer that reads it meets a value that he does not know: exhaustive matches and generated enums
    /// fail. An enumeration that is meant to grow is written `type: string` with `x-known-values`.
    ///
    /// ## Example
    /// `suspended` joins `[active, archived]`.
    ///
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `enum`; OpenAPITools/openapi-diff #303.
    id: "enum-value-added",
    effect: Widens,
    guards: [],
    category: Client,
    tells: Addition,
    aspect: Enum,
    mirror: Rule("enum-value-removed"),
}
