//! The rule `media-type-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A media type was replaced by a range that holds it.
    ///
    /// ## Why it matters
    /// In a response the consumer may meet a type that he cannot read.
    ///
    /// ## Example
    /// `application/json` becomes `application/*`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Media Type Object; RFC 9110, section 12.5.1.
    id: "media-type-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("media-type-narrowed"),
}
