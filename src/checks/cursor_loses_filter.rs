//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging, plan_nothing};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// From the second page on, a filtered walk shows records that do not fit the filter.
    ///
    /// ## Why it matters
    /// The first page looks right, so nobody notices; everything after it is unfiltered.
    ///
    /// ## Example
    /// Page one of `status=active` is fine; the cursor leads to inactive customers.
    ///
    /// ## Source
    /// `filters` and `next` of the list: a filter holds for the whole walk.
    id: "cursor-loses-filter", family: Paging, level: Deny,
    faults: ["cursor-ignores-filter", "filter-ignored-after-first-page"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if lists.filters.is_empty() {
        return not_applicable("the contract promises no filter here");
    }
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| !walk.walk.query.filters.is_empty()) {
        if walk.pages.len() < 2 {
            continue;
        }
        ruling.evidence.pages += walk.pages.len() as u64 - 1;
        let second = walk.starts.get(1).copied().unwrap_or(usize::MAX);
        // What a filter means that was left out is another matter.
        let sent = |name: &str| walk.walk.query.filters.iter().any(|(known, _)| known == name);
        let misfits = || walk.misfits.iter().filter(|(_, name)| sent(name));
        let on_first = misfits().filter(|(row, _)| *row < second).count();
        let later: Vec<&(usize, String)> = misfits().filter(|(row, _)| *row >= second).collect();
        let rest = walk.rows.len().saturating_sub(second);
        // One stray record is another fault; here the filter is gone.
        if on_first > 0 || later.len() < 2 || later.len() * 10 < rest {
            continue;
        }
        let (row, name) = later[0];
        let about = lists.filters.get(name).map(|filter| filter.about.clone()).unwrap_or_default();
        ruling.blames.push(
            Blame::of_cases(
                format!("filter `{name}` is lost after the first page"),
                vec![case.clone()],
                paging::requests_around(walk, *row),
            )
            .compare(
                "records that fit, on every page",
                format!("{} of {rest} records after page one do not fit", later.len()),
            )
            .at(lists.items.clone())
            .by(&study.contract, format!("{}/x-contract/lists/filters/{name}", operation.pointer))
            .under(study, &about, Level::Deny)
            .mark(name.clone()),
        );
    }
    ruling.or_inconclusive("no filtered walk had a second page", "check against a list with more matching records")
}
