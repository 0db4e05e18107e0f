//! See the explanation on [`CHECK`].

use super::{Verdict, answers, plan_nothing};
use crate::contract::Operation;
use crate::exchange::Failure;
use crate::study::Study;

check! {
    /// The body of an answer does not end within the time and size that the gate allows.
    ///
    /// ## Why it matters
    /// A consumer that reads to the end runs out of memory or patience.
    ///
    /// ## Example
    /// An error page that repeats itself for ever.
    ///
    /// ## Source
    /// RFC 9112; the limits are `--timeout` and 16 MiB.
    id: "endless-answer", family: Answers, level: Deny, proof: Answer,
    faults: ["endless-body"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    answers::judge_failures(
        study,
        operation,
        |failure| matches!(failure, Failure::Timeout { status: Some(_), .. } | Failure::TooLarge { .. }),
        ("the body does not end", "a body that ends, within time and size"),
        CHECK.id,
    )
}
