//! See the explanation on [`CHECK`].

use super::{Verdict, answers, plan_nothing};
use crate::contract::Operation;
use crate::exchange::Failure;
use crate::study::Study;

check! {
    /// The body breaks off before the length or the end that was announced.
    ///
    /// ## Why it matters
    /// Clients refuse the answer, or worse, take what came for everything.
    ///
    /// ## Example
    /// `Content-Length: 4000`, then the connection is closed after 3,000 bytes.
    ///
    /// ## Source
    /// RFC 9112, section 8; what comes whole but late or without end is another check's.
    id: "truncated-answer", family: Answers, level: Deny, proof: Answer,
    faults: ["wrong-content-length", "body-cut-off-now-and-then"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    answers::judge_failures(
        study,
        operation,
        |failure| matches!(failure, Failure::Truncated { .. }),
        ("the body breaks off", "the whole body, as long as announced"),
        CHECK.id,
    )
}
