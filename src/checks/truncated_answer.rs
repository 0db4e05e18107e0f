//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, plan_nothing};
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
    /// RFC 9112; the limits are `--timeout` and 16 MiB.
    id: "truncated-answer", family: Answers, level: Deny,
    faults: ["wrong-content-length", "connection-dropped"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id) {
        match &answer.failure {
            None => ruling.evidence.answers += 1,
            Some(failure) if matches!(failure, Failure::Truncated { .. }) => ruling.blames.push(
                Blame::of_answer("the body breaks off", answer)
                    .compare("the whole body, as long as announced", failure.words())
                    .mark("truncated-answer"),
            ),
            Some(_) => {}
        }
    }
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}
