//! The rule `media-type-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A media type is no longer offered.
    ///
    /// ## Why it matters
    /// The consumer picks the media type, in the body he sends or by `Accept`: who picked this one gets a 415
    /// or a 406.
    ///
    /// ## Example
    /// `application/xml` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Media Type Object.
    id: "media-type-removed",
    effect: Narrows,
    guards: [Negotiated],
    category: Wire,
    tells: Removal,
    mirror: Rule("media-type-added"),
}
