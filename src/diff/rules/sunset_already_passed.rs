//! The rule `sunset-already-passed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A sunset was announced for a day that is over.
    ///
    /// ## Why it matters
    /// Consumers get no time at all to leave: the thing may vanish with the next document.
    ///
    /// ## Example
    /// `x-sunset: 2020-01-01` was added today.
    ///
    /// ## Source
    /// ours: a deprecation gives notice; `x-sunset` as in the other rules of its kind.
    id: "sunset-already-passed",
    effect: Violation,
    guards: [],
    category: Wire,
    mirror: Absent("a day that lies ahead is what an announcement is for"),
}
