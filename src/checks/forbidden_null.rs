//! See the explanation on [`CHECK`].

use super::{Verdict, breach, plan_nothing};
use crate::contract::{Breach, Operation};
use crate::study::Study;

check! {
    /// A field is null although the contract does not allow it.
    ///
    /// ## Why it matters
    /// Most typed clients refuse null where the contract does not announce it, and with it the whole answer.
    ///
    /// ## Example
    /// `"status": null` in one of two hundred records.
    ///
    /// ## Source
    /// The schema that the contract declares for the answer.
    id: "forbidden-null", family: Answers, level: Deny, proof: Answer,
    faults: ["required-field-null"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    breach::judge(study, operation, &[Breach::Null], |name| format!("`{name}` is null"))
}
