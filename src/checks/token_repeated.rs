//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::study::{End, Study};

check! {
    /// The token of a page was given by an earlier page of the same walk.
    ///
    /// ## Why it matters
    /// Consumers walk in a circle and never finish.
    ///
    /// ## Example
    /// Page four gives the cursor of page two.
    ///
    /// ## Source
    /// `next` of the list's paging: a token leads on.
    id: "token-repeated", family: Paging, level: Deny,
    faults: ["cursor-loops"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if operation.clause.lists.is_none() {
        return not_applicable("the operation lists nothing");
    }
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id) {
        ruling.evidence.pages += walk.pages.len() as u64;
        if walk.end == End::TokenRepeated {
            let sent = walk.answers.iter().rev().take(2).rev().map(|answer| answer.sent.clone()).collect();
            ruling.blames.push(
                Blame {
                    compares: false,
                    ..Blame::of_cases("a token leads back to a page that was seen", vec![case.clone()], sent)
                }
                .compare("a new token on every page", "a token that this walk had already")
                .by(&study.contract, paging::clause(operation, "")),
            );
        }
    }
    ruling.or_inconclusive("no page was seen", "see the findings on the list's answers")
}
