//! The rule `sunset-unreadable`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A sunset date is no date.
    ///
    /// ## Why it matters
    /// Consumers cannot plan by it.
    ///
    /// ## Example
    /// `x-sunset: soon`.
    ///
    /// ## Source
    /// RFC 3339, full-date; oasdiff's sunset flow.
    id: "sunset-unreadable",
    effect: Violation,
    guards: [],
    category: Wire,
    mirror: Absent("mending the date breaks nothing"),
}
