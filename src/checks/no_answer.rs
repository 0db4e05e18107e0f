//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, plan_nothing};
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
    /// RFC 9112; the limits are `--timeout` and 16 MiB.
    id: "no-answer", family: Answers, level: Deny,
    faults: ["connection-dropped", "page-hangs"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id) {
        match &answer.failure {
            None => ruling.evidence.answers += 1,
            Some(failure) if matches!(failure, Failure::Timeout { status: None, .. } | Failure::Dropped(_)) => {
                ruling.blames.push(
                    Blame::of_answer("no answer comes", answer).compare("an answer", failure.words()).mark("no-answer"),
                )
            }
            Some(_) => {}
        }
    }
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}
