//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, plan_nothing};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// An object in an answer has the same member twice.
    ///
    /// ## Why it matters
    /// Readers disagree on which of the two counts; the meaning depends on the client.
    ///
    /// ## Example
    /// `{"status": "active", "status": "inactive"}`.
    ///
    /// ## Source
    /// RFC 8259, section 4: names should be unique.
    id: "repeated-member", family: Answers, level: Warn, proof: Answer,
    faults: ["duplicate-keys"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in
        study.all_answers(&operation.id).filter(|answer| answer.bytes > 0 && answer.body.broken_json.is_none())
    {
        ruling.evidence.answers += 1;
        for name in &answer.body.repeated_names {
            ruling.blames.push(
                Blame::of_answer(format!("member `{name}` occurs twice in one object"), answer)
                    .compare("each member once", "the same name twice")
                    .mark(name.clone()),
            );
        }
    }
    ruling.or_inconclusive("no JSON body was seen", "see the findings on statuses and media types")
}
