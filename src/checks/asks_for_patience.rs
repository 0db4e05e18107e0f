//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, plan_nothing};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// The server asked for patience (429 or 503) and the gate waited.
    ///
    /// ## Why it matters
    /// Lawful; but the run took longer for it, and a consumer would have had to wait too.
    ///
    /// ## Example
    /// 429 with `Retry-After: 1`.
    ///
    /// ## Source
    /// RFC 6585, section 4; RFC 9110, section 15.6.4.
    id: "asks-for-patience", family: Answers, level: Note,
    faults: ["too-many-requests-now-and-then"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id) {
        ruling.evidence.answers += 1;
        for status in answer.waited.iter().map(|waited| waited.status) {
            ruling.blames.push(
                Blame::of_answer(format!("status {status} asked for patience"), answer)
                    .compare("an answer at once", format!("status {status}, then an answer"))
                    .mark(status.to_string()),
            );
        }
    }
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}
