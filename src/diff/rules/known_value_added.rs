//! The rule `known-value-added`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value is listed as a known value of an open enumeration.
    ///
    /// ## Why it matters
    /// An open enumeration is one that may grow: consumers were told.
    ///
    /// ## Example
    /// `platinum` joins `x-known-values`.
    ///
    /// ## Source
    /// ours, after Zalando's guidelines, rule 112.
    id: "known-value-added",
    effect: None,
    guards: [],
    category: Wire,
    tells: Addition,
    mirror: Rule("known-value-removed"),
}
