//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::case::Case;
use crate::contract::Operation;
use crate::study::{Seen, Study, records};

check! {
    /// The same token gives another page the second time.
    ///
    /// ## Why it matters
    /// Consumers that try again after a lost connection skip or repeat records.
    ///
    /// ## Example
    /// A page is fetched, then fetched again with the same cursor: other customers.
    ///
    /// ## Source
    /// ours: a token stands for a place in the list; follows from walks that neither skip nor repeat.
    id: "token-unstable", family: Paging, level: Deny, proof: Probe,
    faults: ["cursor-gives-two-pages", "offset-gives-two-pages", "page-reordered-on-repeat"],
    explains: paging::WHAT_WALKS_SHOW,
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for (operation, lists) in study.lists() {
        let other = study.walks(&operation.id).find(|(_, walk)| walk.walk.query.is_plain() && walk.pages.len() >= 2);
        let other = other.map(|(_, walk)| walk.walk.clone());
        for walk in [study.reference_walk(operation, lists), study.default_walk(operation)].into_iter().chain(other) {
            if let Some(Seen::Walk(seen)) = study.get(&Case::Walk(walk.clone()))
                && seen.pages.len() >= 2
            {
                // Some servers answer in turns: one repetition may meet the same turn.
                let pages = 1..seen.pages.len().min(4);
                cases.extend(pages.map(|index| Case::Again { walk: walk.clone(), index, size: None }));
                break;
            }
        }
    }
    cases
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(model) = study.model(&operation.id) else { return not_applicable("the operation lists nothing") };
    if lists.page.next.is_none() && lists.page.offset.is_none() && lists.page.number.is_none() {
        return not_applicable("the list comes on one page");
    }
    let mut ruling = Ruling::default();
    for (case, again) in study.answers(&operation.id) {
        let Case::Again { walk, index, size: None } = case else { continue };
        let Some(Seen::Walk(first)) = study.get(&Case::Walk(walk.clone())) else { continue };
        let Some(body) = again.json.as_ref().filter(|_| again.is_success()) else { continue };
        ruling.evidence.pairs += 1;
        let keys: Vec<_> = records(lists, body).iter().map(|record| model.row(record, false).key).collect();
        let before: Vec<_> = first.rows_of(*index).iter().map(|row| row.key.clone()).collect();
        if keys != before {
            ruling.blames.push(
                Blame::of_cases(
                    "the same place in the list shows another page the second time",
                    vec![Case::Walk(walk.clone()), case.clone()],
                    vec![again.sent.clone()],
                )
                .compare("the same records in the same order", difference(&before, &keys))
                .at(lists.items.clone())
                .by(&study.contract, paging::clause(operation, ""))
                .mark("again"),
            );
        }
    }
    ruling.or_inconclusive("no second page was seen", "check against a list of more than one page")
}

fn difference(before: &[Option<Box<str>>], after: &[Option<Box<str>>]) -> String {
    let other = after.iter().filter(|key| !before.contains(key)).count();
    match (other, before.len() == after.len()) {
        (0, true) => "the same records in another order".to_owned(),
        (_, true) => format!("{other} of {} records were not there the first time", after.len()),
        (_, false) => {
            format!("{} records instead of {}, {other} of them not there the first time", after.len(), before.len())
        }
    }
}
