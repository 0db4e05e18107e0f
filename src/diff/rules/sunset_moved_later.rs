//! The rule `sunset-moved-later`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A sunset date was moved to a later day.
    ///
    /// ## Why it matters
    /// Consumers get more time.
    ///
    /// ## Example
    /// `x-sunset: 2027-01-31` becomes `2027-06-30`.
    ///
    /// ## Source
    /// RFC 8594.
    id: "sunset-moved-later",
    effect: None,
    guards: [],
    category: Wire,
    mirror: Rule("sunset-moved-earlier"),
}
