//! See the explanation on [`CHECK`].

use super::{Verdict, breach, plan_nothing};
use crate::contract::{Breach, Operation};
use crate::study::Study;

check! {
    /// A text breaks the format that the contract declares for it, such as `date-time`.
    ///
    /// ## Why it matters
    /// Consumers parse dates and addresses; a text that is none stops them.
    ///
    /// ## Example
    /// `"created_at": "yesterday"`.
    ///
    /// ## Source
    /// The schema that the contract declares for the answer.
    id: "broken-format", family: Answers, level: Deny, proof: Answer,
    faults: ["broken-date-time"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    breach::judge(study, operation, &[Breach::Format], |name| format!("`{name}` breaks its declared format"))
}
