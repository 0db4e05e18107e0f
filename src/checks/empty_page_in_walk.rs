//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A page in mid-walk is empty although records follow.
    ///
    /// ## Why it matters
    /// Many consumers stop at an empty page.
    ///
    /// ## Example
    /// Page three of five has no customers and a cursor.
    ///
    /// ## Source
    /// `empty` of the list's paging; its level is the contract's.
    id: "empty-page-in-walk", family: Paging, level: Deny, proof: Walk,
    faults: ["empty-page-in-mid-walk", "empty-page-loses-records"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id) {
        ruling.evidence.pages += walk.pages.len() as u64;
        let last_full = (0..walk.pages.len()).rev().find(|page| walk.facts(*page).is_some_and(|page| page.items > 0));
        let empty = (0..last_full.unwrap_or(0)).find(|page| walk.facts(*page).is_some_and(|page| page.items == 0));
        let Some(answer) = empty.and_then(|page| walk.answer(page)) else { continue };
        let about = lists.page.empty.clone().unwrap_or_default().0;
        ruling.blames.push(
            Blame::of_cases("a page in mid-walk is empty", vec![case.clone()], vec![answer.sent.clone()])
                .compare("records on every page but the last", "no record, then more")
                .at(lists.items.clone())
                .by(&study.contract, paging::clause(operation, "empty"))
                .under(study, &about, Level::Deny),
        );
    }
    ruling.or_inconclusive("no page was seen", "see the findings on the list's answers")
}
