//! The rule `sunset-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// The sunset date of something deprecated was removed.
    ///
    /// ## Why it matters
    /// Consumers no longer know how long it will be there.
    ///
    /// ## Example
    /// `x-sunset: 2027-06-30` is gone, `deprecated: true` stays.
    ///
    /// ## Source
    /// oasdiff's sunset flow.
    id: "sunset-removed",
    effect: Violation,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Absent("a date that is set is part of deprecation-announced"),
}
