//! The rule `media-type-parameters-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Only the parameters of a media type changed.
    ///
    /// ## Why it matters
    /// Whether `charset` or `version` matters is for the server to say; the document does not.
    ///
    /// ## Example
    /// `text/csv` becomes `text/csv; header=absent`.
    ///
    /// ## Source
    /// RFC 9110, section 8.3.1.
    id: "media-type-parameters-changed",
    effect: Unknown,
    guards: [],
    category: Wire,
    mirror: Itself,
}
