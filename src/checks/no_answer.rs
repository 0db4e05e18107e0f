//! See the explanation on [`CHECK`].

use super::{Verdict, answers, plan_nothing};
use crate::contract::Operation;
use crate::exchange::Failure;
use crate::study::Study;

check! {
    /// A request gets no answer at all: the connection is closed, or nothing comes in time.
    ///
    /// ## Why it matters
    /// Consumers hang or fail, and cannot tell whether trying again helps.
    ///
    /// ## Example
    /// The third page of the list never arrives.
    ///
    /// ## Source
    /// RFC 9112; the limit is `--timeout`. A connection that was kept may be closed while a request is on its way (section
    /// 9.3.1): that is accepted once, and each later request has a connection of its own.
    id: "no-answer", family: Answers, level: Deny, proof: Answer,
    faults: ["connection-dropped", "page-hangs"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    answers::judge_failures(
        study,
        operation,
        |failure| matches!(failure, Failure::Timeout { status: None, .. } | Failure::Dropped(_)),
        ("no answer comes", "an answer"),
        CHECK.id,
    )
}
