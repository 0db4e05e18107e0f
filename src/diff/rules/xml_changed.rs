//! The rule `xml-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value is written in other XML than before.
    ///
    /// ## Why it matters
    /// The name of an element, its namespace, or whether it is an attribute are the bytes on the wire. Bodies in
    /// other media types are not concerned.
    ///
    /// ## Example
    /// `xml: {name: id}` becomes `xml: {name: key}`.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, XML Object.
    id: "xml-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
