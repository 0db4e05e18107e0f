//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, plan_nothing};
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
    id: "endless-answer", family: Answers, level: Deny,
    faults: ["endless-body"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id) {
        match &answer.failure {
            None => ruling.evidence.answers += 1,
            Some(failure) if matches!(failure, Failure::Timeout { status: Some(_), .. } | Failure::TooLarge { .. }) => {
                ruling.blames.push(
                    Blame::of_answer("the body does not end", answer)
                        .compare("a body that ends, within time and size", failure.words())
                        .mark("endless-answer"),
                )
            }
            Some(_) => {}
        }
    }
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}
