//! See the explanation on [`CHECK`].

use super::{Verdict, breach, plan_nothing};
use crate::contract::{Breach, Operation};
use crate::study::Study;

check! {
    /// A record or envelope lacks a field that the contract requires.
    ///
    /// ## Why it matters
    /// Consumers read required fields without asking whether they are there; a typed client refuses the whole
    /// answer.
    ///
    /// ## Example
    /// `GET /v1/customers` answers with two hundred customers; one of them has no `email`.
    ///
    /// ## Source
    /// The schema that the contract declares for the answer.
    id: "missing-required-field", family: Answers, level: Deny, proof: Answer,
    faults: ["required-field-missing"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    breach::judge(study, operation, &[Breach::Missing], |name| format!("required field `{name}` is missing"))
}
