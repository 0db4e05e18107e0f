//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::study::{End, Study};

check! {
    /// A walk goes on for ever: page after page without a new record, or of empty pages.
    ///
    /// ## Why it matters
    /// Consumers that follow the paging never finish.
    ///
    /// ## Example
    /// The last page points to itself.
    ///
    /// ## Source
    /// `next` of the list's paging: a token leads on.
    id: "endless-walk", family: Paging, level: Deny,
    faults: ["walk-never-ends"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if operation.clause.lists.is_none() {
        return not_applicable("the operation lists nothing");
    }
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id) {
        ruling.evidence.pages += walk.pages.len() as u64;
        if walk.end == End::Endless {
            let sent = walk.answers.iter().rev().take(2).rev().map(|answer| answer.sent.clone()).collect();
            ruling.blames.push(
                Blame { compares: false, ..Blame::of_cases("a walk never ends", vec![case.clone()], sent) }
                    .compare("an end once every record was shown", "page after page without a new record")
                    .by(&study.contract, paging::clause(operation, "")),
            );
        }
    }
    ruling.or_inconclusive("no page was seen", "see the findings on the list's answers")
}
