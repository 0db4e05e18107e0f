//! The rule `media-type-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A media type is offered in addition.
    ///
    /// ## Why it matters
    /// The consumer picks the media type, so nobody meets it unasked.
    ///
    /// ## Example
    /// `application/xml` is new.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Media Type Object.
    id: "media-type-added",
    effect: Widens,
    guards: [Negotiated],
    category: Wire,
    tells: Addition,
    mirror: Rule("media-type-removed"),
}
