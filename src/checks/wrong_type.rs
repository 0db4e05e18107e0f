//! See the explanation on [`CHECK`].

use super::{Verdict, breach, plan_nothing};
use crate::contract::{Breach, Operation};
use crate::study::Study;

check! {
    /// A field has another type than the contract declares.
    ///
    /// ## Why it matters
    /// Typed clients refuse the whole answer; untyped ones compute with nonsense.
    ///
    /// ## Example
    /// `"totalOrders": "3"` instead of `"totalOrders": 3`.
    ///
    /// ## Source
    /// The schema that the contract declares for the answer.
    id: "wrong-type", family: Answers, level: Deny, proof: Answer,
    faults: ["wrong-type"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    breach::judge(study, operation, &[Breach::Type, Breach::Alternative], |name| {
        format!("`{name}` has another type than declared")
    })
}
