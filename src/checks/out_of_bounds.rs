//! See the explanation on [`CHECK`].

use super::{Verdict, breach, plan_nothing};
use crate::contract::{Breach, Operation};
use crate::study::Study;

check! {
    /// A value breaks a bound, length or pattern, or a closed object has a member too many.
    ///
    /// ## Why it matters
    /// Consumers size fields and validate by the declared bounds.
    ///
    /// ## Example
    /// A country of three letters where the contract allows two.
    ///
    /// ## Source
    /// The schema that the contract declares for the answer.
    id: "out-of-bounds", family: Answers, level: Deny, proof: Answer,
    faults: ["number-below-minimum-deep"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    breach::judge(study, operation, &[Breach::Bound, Breach::Extra], |name| {
        format!("`{name}` is out of its declared bounds")
    })
}
