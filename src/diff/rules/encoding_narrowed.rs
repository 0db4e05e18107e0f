//! The rule `encoding-narrowed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A part of a form may have fewer media types, or must have another header.
    ///
    /// ## Why it matters
    /// A form that was taken is refused now.
    ///
    /// ## Example
    /// The part `photo` had `contentType: image/png, image/jpeg` and has `image/png` only.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Encoding Object, `contentType` and `headers`.
    id: "encoding-narrowed",
    effect: Narrows,
    guards: [],
    category: Wire,
    mirror: Rule("encoding-widened"),
}
