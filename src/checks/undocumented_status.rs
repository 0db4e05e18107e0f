//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, answers, plan_nothing};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// An answer has a status that the contract does not declare.
    ///
    /// ## Why it matters
    /// Consumers handle the statuses that they were told about; anything else ends in their catch-all.
    ///
    /// ## Example
    /// `GET /v1/customers` answers 206 although only 200 is declared.
    ///
    /// ## Source
    /// `responses` of the operation.
    id: "undocumented-status", family: Answers, level: Deny, proof: Answer,
    faults: ["undocumented-status"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answer.call.method.is_none()) {
        let Some(status) = answer.status else { continue };
        ruling.evidence.answers += 1;
        if answer.declared {
            continue;
        }
        // What a document forgets to say about bad requests is a gap in the document first of all.
        let level = if (400..500).contains(&status) && answers::is_probe(study, operation, answer) {
            Level::Warn
        } else {
            Level::Deny
        };
        let declared: Vec<String> = operation.responses.iter().map(|response| response.status.to_string()).collect();
        ruling.blames.push(
            Blame::of_answer(format!("status {status} is not declared"), answer)
                .compare(format!("one of {}", declared.join(", ")), format!("status {status}"))
                .by(&study.contract, format!("{}/responses", operation.pointer))
                .level(level)
                .mark(format!("{status} {level}")),
        );
    }
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}
