//! See the explanation on [`CHECK`].

use super::{Verdict, breach, plan_nothing};
use crate::contract::{Breach, Operation};
use crate::study::Study;

check! {
    /// A field has a value outside its closed enumeration.
    ///
    /// ## Why it matters
    /// Consumers branch on enumerations; a value that nobody announced takes the wrong branch or none.
    ///
    /// ## Example
    /// `"status": "suspended"` where the contract knows `active` and `inactive`.
    ///
    /// ## Source
    /// The schema that the contract declares for the answer.
    id: "unknown-enum-value", family: Answers, level: Deny, proof: Answer,
    faults: ["unknown-enum-value"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    breach::judge(study, operation, &[Breach::Enum], |name| format!("`{name}` has a value outside its enumeration"))
}
