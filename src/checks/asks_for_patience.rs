//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::{Blame, Ruling, Verdict, plan_nothing};
use crate::contract::Operation;
use crate::document::escape;
use crate::exchange::Waited;
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
    /// RFC 6585, section 4; RFC 9110, section 15.6.4. Where the document requires `Retry-After` of such an answer, that it is
    /// missing is said, too.
    id: "asks-for-patience", family: Answers, level: Note, proof: Answer,
    faults: ["too-many-requests-now-and-then", "retry-after-missing"],
    plan: plan_nothing, judge: judge,
}

/// Pointer to the header that says when to come again, where the document requires it of answers with a status.
fn header(study: &Study, operation: &Operation, status: u16) -> Option<String> {
    let response = operation.response(status)?;
    let (_, headers) = study.contract.resolve(&format!("{}/headers", response.pointer));
    let name = headers.as_object()?.keys().find(|name| name.eq_ignore_ascii_case("retry-after"))?;
    let (pointer, header) = study.contract.resolve(&format!("{}/headers/{}", response.pointer, escape(name)));
    (header.get("required").and_then(Value::as_bool) == Some(true)).then_some(pointer)
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id) {
        ruling.evidence.answers += 1;
        for Waited { status, told } in answer.waited.iter().copied() {
            let header = header(study, operation, status).filter(|_| !told);
            let blame = Blame::of_answer(format!("status {status} asked for patience"), answer);
            ruling.blames.push(match header {
                Some(header) => {
                    Blame { title: format!("status {status} asked for patience and did not say when"), ..blame }
                        .compare("`Retry-After`, which the document requires", format!("status {status} without it"))
                        .by(&study.contract, header)
                        .mark(format!("{status} without Retry-After"))
                }
                None => blame
                    .compare("an answer at once", format!("status {status}, then an answer"))
                    .mark(status.to_string()),
            });
        }
    }
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}
