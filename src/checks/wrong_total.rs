//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use std::collections::HashSet;

use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{End, Figure, Study};

check! {
    /// The total is not the number of records that a walk shows.
    ///
    /// ## Why it matters
    /// Consumers show it, stop by it, and compute the number of pages from it.
    ///
    /// ## Example
    /// `"total": 236` on every page of a walk over 237 customers.
    ///
    /// ## Source
    /// `total` of the list's paging: all records that match, on every page alike.
    id: "wrong-total", family: Paging, level: Deny,
    faults: ["total-off-by-one", "total-is-page-count", "total-ignores-filter"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(total) = &lists.page.total else { return not_applicable("the answer gives no total") };
    let mut ruling = Ruling::default();
    let by_total = lists.page.more.is_none() && lists.page.next.is_none();
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.is_complete() || walk.end == End::Capped) {
        let keys: HashSet<&str> = walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
        let records = keys.len();
        let known = study.reference(&operation.id).filter(|_| walk.walk.query.is_plain()).map_or(0, |r| r.rows.len());
        for page in 0..walk.pages.len() {
            let Some(Figure::Is(named)) = walk.facts(page).map(|facts| facts.total) else { continue };
            ruling.evidence.pages += 1;
            let first = walk.facts(0).and_then(|facts| facts.total.number());
            let shifts = first.is_some_and(|first| (first - named).abs() > f64::EPSILON);
            // A walk that the total itself ended proves nothing by its length unless it overshoots.
            let wrong =
                if walk.is_complete() { (named - records as f64).abs() > f64::EPSILON } else { named < records as f64 };
            let short = by_total && known > records && named < known as f64;
            if !(wrong || shifts || short) {
                continue;
            }
            let Some(answer) = walk.answer(page) else { continue };
            let filtered = if walk.walk.query.filters.is_empty() { "plain" } else { "filtered" };
            ruling.blames.push(
                Blame::of_cases(
                    "the total is not the number of records",
                    vec![case.clone()],
                    vec![answer.sent.clone()],
                )
                .compare(format!("{}", records.max(known)), format!("{named}"))
                .by(&study.contract, paging::clause(operation, "total"))
                .under(study, &total.about, Level::Deny)
                .mark(filtered),
            );
            break;
        }
    }
    ruling.or_inconclusive("no total was seen on a whole walk", "raise --max-records or --max-requests")
}
