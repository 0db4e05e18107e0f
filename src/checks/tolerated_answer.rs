//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, plan_nothing};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A status was seen that the contract tolerates rather than documents.
    ///
    /// ## Why it matters
    /// Lawful; but the sources disagree, and the next version may follow the other one.
    ///
    /// ## Example
    /// 422 for a bad value where the documentation says 400 first.
    ///
    /// ## Source
    /// `x-contract` of the response; `tolerated` of the refusals.
    id: "tolerated-answer", family: Answers, level: Note, proof: Answer,
    faults: ["bad-parameter-noted-status"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answer.call.method.is_none()) {
        let Some(response) = answer.status.and_then(|status| operation.response(status)) else { continue };
        ruling.evidence.answers += 1;
        if response.about.level.is_none() {
            continue;
        }
        let status = answer.status.unwrap_or(0);
        ruling.blames.push(
            Blame::of_answer(format!("status {status} is tolerated rather than documented"), answer)
                .compare("a documented status", format!("status {status}"))
                .by(&study.contract, response.pointer.clone())
                .under(study, &response.about, Level::Note)
                .mark(response.status.to_string()),
        );
    }
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}
