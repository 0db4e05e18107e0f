//! The rule `sunset-moved-earlier`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A sunset date was moved to an earlier day.
    ///
    /// ## Why it matters
    /// Consumers planned by the date that they were given.
    ///
    /// ## Example
    /// `x-sunset: 2027-06-30` becomes `2027-01-31`.
    ///
    /// ## Source
    /// RFC 8594; oasdiff's sunset flow.
    id: "sunset-moved-earlier",
    effect: Violation,
    guards: [],
    category: Wire,
    mirror: Rule("sunset-moved-later"),
}
