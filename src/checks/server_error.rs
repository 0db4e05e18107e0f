//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, plan_nothing};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Observation, Study};

check! {
    /// The server answers with a 5xx status, whatever was sent.
    ///
    /// ## Why it matters
    /// A 5xx is the server saying that it broke; no input may do that.
    ///
    /// ## Example
    /// A made-up cursor is answered with 500 instead of 400.
    ///
    /// ## Source
    /// RFC 9110, section 15.6: server errors are the server's own. A 503 that a second request does not meet is accepted twice in
    /// a run, more often when it says with `Retry-After` when to come again. In answer to TRACE, which nobody documents, it is
    /// a note.
    id: "server-error", family: Answers, level: Deny, proof: Answer,
    faults: ["server-error", "server-error-now-and-then", "unavailable-now-and-then", "unknown-order-server-error"],
    plan: plan_nothing, judge: judge,
}

/// Times in one run that a server may be unavailable without telling for how long: it may be restarted once or twice.
const HICCUPS: usize = 2;

/// A server that is unavailable again and again, for a moment each time, breaks like any other.
fn unavailable(study: &Study, operation: &Operation, ruling: &mut Ruling) {
    let broke = |answer: &&Observation| answer.waited.iter().any(|waited| waited.status == 503 && !waited.told);
    let of = |id: &str| study.all_answers(id).filter(broke).count();
    let times: usize = study.contract.operations.iter().map(|operation| of(&operation.id)).sum();
    let Some(answer) = study.all_answers(&operation.id).find(broke).filter(|_| times > HICCUPS) else { return };
    ruling.blames.push(
        Blame::of_answer("the server is unavailable now and then", answer)
            .compare(
                "an answer below 500, or when to come again (`Retry-After`)",
                format!("status 503, {times} times in this run; if it limits the pace, stay below it: --rate 10/s"),
            )
            .mark("503"),
    );
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id) {
        let Some(status) = answer.status else { continue };
        ruling.evidence.answers += 1;
        // 501 to a method that nobody declared is the right answer.
        if status < 500 || (status == 501 && answer.call.method.is_some()) {
            continue;
        }
        let blame = Blame::of_answer(format!("the server breaks with status {status}"), answer)
            .compare("an answer below 500", format!("status {status}"));
        // Nobody documents TRACE, and no consumer sends it.
        ruling.blames.push(match answer.call.method.as_deref() {
            Some("TRACE") => blame.level(Level::Note).mark(format!("{status} to TRACE")),
            _ => blame.mark(status.to_string()),
        });
    }
    unavailable(study, operation, &mut ruling);
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}
