//! See the explanation on [`CHECK`].

use super::{Verdict, breach, plan_nothing};
use crate::contract::{Breach, Operation};
use crate::study::Study;

check! {
    /// A count is a fraction.
    ///
    /// ## Why it matters
    /// Integers are read into integer types; a fraction is refused or cut off without a word.
    ///
    /// ## Example
    /// `"totalOrders": 2.5`. (`2.0` is a whole number and passes.)
    ///
    /// ## Source
    /// The schema that the contract declares for the answer.
    id: "fractional-count", family: Answers, level: Deny, proof: Answer,
    faults: ["fractional-count"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    breach::judge(study, operation, &[Breach::Fraction], |name| {
        format!("`{name}` is a fraction where a whole number is declared")
    })
}
