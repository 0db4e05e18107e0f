//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, answers, plan_nothing};
use crate::contract::Operation;
use crate::study::{MediaSeen, Study};

check! {
    /// An answer has another media type than declared, none at all, or no body where one is declared.
    ///
    /// ## Why it matters
    /// Clients choose their parser by the media type; many refuse to parse what does not say that it is JSON.
    ///
    /// ## Example
    /// A page of customers comes as `text/html`.
    ///
    /// ## Source
    /// `content` of the response.
    id: "undocumented-media-type", family: Answers, level: Deny, proof: Answer,
    faults: ["wrong-media-type", "body-empty"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answer.call.method.is_none()) {
        let Some(status) = answer.status.filter(|_| answer.failure.is_none() && answer.declared) else { continue };
        if answer.media == MediaSeen::Unseen {
            continue;
        }
        ruling.evidence.answers += 1;
        let (title, expected, actual) = match &answer.media {
            MediaSeen::Declared | MediaSeen::Unseen => continue,
            MediaSeen::Other { got, declared } => {
                ("the media type is not declared".to_owned(), declared.join(" or "), format!("`{got}`"))
            }
            MediaSeen::Missing => {
                ("the answer has no media type".to_owned(), "a `Content-Type`".to_owned(), "none".to_owned())
            }
            MediaSeen::NoBody => {
                ("the answer has no body".to_owned(), "the declared body".to_owned(), "an empty body".to_owned())
            }
        };
        let level = answers::level_of_error(study, operation, answer);
        let pointer =
            operation.response(status).map_or_else(|| operation.pointer.clone(), |response| response.pointer.clone());
        ruling.blames.push(
            Blame::of_answer(title, answer)
                .compare(expected, format!("{actual} with status {status}"))
                .by(&study.contract, pointer)
                .level(level)
                .mark(format!("{status} {actual} {level}")),
        );
    }
    ruling.or_inconclusive("no answer with a declared status was seen", "see the findings on statuses")
}
