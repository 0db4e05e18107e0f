//! The rule `known-value-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A value is no longer listed as a known value of an open enumeration.
    ///
    /// ## Why it matters
    /// Requests that send it may be refused.
    ///
    /// ## Example
    /// `gold` is gone from `x-extensible-enum`.
    ///
    /// ## Source
    /// ours, after Zalando's guidelines, rule 112, and oasdiff's x-extensible-enum rules.
    id: "known-value-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Rule("known-value-added"),
}
