//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, answers, plan_nothing};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// An answer says that it is JSON and is none: broken off, invalid, not UTF-8, or with a byte order mark before it.
    ///
    /// ## Why it matters
    /// No client can read it.
    ///
    /// ## Example
    /// The last byte of a page is missing.
    ///
    /// ## Source
    /// RFC 8259; the media type of the answer.
    id: "malformed-json", family: Answers, level: Deny, proof: Answer,
    faults: ["json-invalid", "json-truncated", "invalid-utf8", "byte-order-mark", "compression-claimed-only", "compressed-body-cut-off"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answer.failure.is_none() && answer.bytes > 0) {
        ruling.evidence.answers += 1;
        if let Some(why) = &answer.body.broken_json {
            ruling.blames.push(
                Blame::of_answer("the body is no valid JSON", answer)
                    .compare("one JSON text in UTF-8", why.clone())
                    .level(answers::level_of_error(study, operation, answer))
                    .mark(if answer.is_success() { "success" } else { "error" }),
            );
        }
    }
    ruling.or_inconclusive("no answer with a body was seen", "see the findings on statuses")
}
