//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, plan_nothing};
use crate::contract::Operation;
use crate::study::Study;

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
    /// RFC 9110, section 15.6: server errors are the server's own.
    id: "server-error", family: Answers, level: Deny,
    faults: ["server-error", "server-error-now-and-then"],
    plan: plan_nothing, judge: judge,
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
        ruling.blames.push(
            Blame::of_answer(format!("the server breaks with status {status}"), answer)
                .compare("an answer below 500", format!("status {status}"))
                .mark(status.to_string()),
        );
    }
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}
