//! The rule `encoding-widened`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A part of a form may have more media types, or needs fewer headers.
    ///
    /// ## Why it matters
    /// Every form that was taken still is; whoever reads such a form, in a callback for one, meets parts that it does
    /// not know.
    ///
    /// ## Example
    /// The part `photo` had `contentType: image/png` and has `image/*`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Encoding Object, `contentType` and `headers`.
    id: "encoding-widened",
    effect: Widens,
    guards: [],
    category: Wire,
    mirror: Rule("encoding-narrowed"),
}
