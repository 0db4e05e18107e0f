//! See the explanation on [`CHECK`].

use super::Verdict;
use super::ordering::{self, balance, completeness_level, judge_looks};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// A walk over a sorted list shows a record twice.
    ///
    /// ## Why it matters
    /// Totals come out too high and work is done twice; the default order may be free of it.
    ///
    /// ## Example
    /// Sorted by `createdAt`, the last record of each page is also the first of the next.
    ///
    /// ## Source
    /// A walk over a sorted list shows each record once.
    id: "sort-repeats-records", family: Sorting, level: Deny, proof: Compared,
    faults: ["record-twice-on-page", "cursor-ignores-sort"],
    plan: ordering::plan_orders, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, _| {
        let balance = balance(study, operation, look);
        let (key, row) = balance.repeated.first().filter(|_| !balance.by_ties)?;
        let page = look.walk.page_of(*row) + 1;
        Some(
            look.blame(study, operation, format!("sorting by `{}` repeats records", look.wish.name))
                .compare(
                    "every record once",
                    format!("{} records come again, the first on page {page}", balance.repeated.len()),
                )
                .level(completeness_level(study, operation))
                .shown(&**key),
        )
    })
}
