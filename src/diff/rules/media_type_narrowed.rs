//! The rule `media-type-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A range of media types was replaced by one of its members.
    ///
    /// ## Why it matters
    /// In a request, what lay in the range but is not this type is refused.
    ///
    /// ## Example
    /// `application/*` becomes `application/json`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Media Type Object; RFC 9110, section 12.5.1.
    id: "media-type-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("media-type-widened"),
}
