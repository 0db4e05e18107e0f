//! See the explanation on [`CHECK`].

use super::Verdict;
use super::filtering::shown_by;
use super::ordering::{self, also_lost_by, balance, completeness_level, judge_looks};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// A walk over a sorted list lacks records that the list has.
    ///
    /// ## Why it matters
    /// Sorting must not filter. Records without a value in the sorted field are the first to get lost.
    ///
    /// ## Example
    /// The list has 237 customers, sorted by `totalMonthlyRevenue` it has 236.
    ///
    /// ## Source
    /// A walk over a sorted list shows the same records as one without sorting.
    id: "sort-loses-records", family: Sorting, level: Deny, proof: Compared,
    faults: ["sort-loses-record", "sort-loses-empty-values", "text-order-loses-record"],
    plan: ordering::plan_orders, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        let balance = balance(study, operation, look);
        let beside = also_lost_by(study, operation, look, looks);
        let lost = beside.is_some() || !balance.by_ties;
        let key = balance.missing.first().filter(|_| lost && balance.repeated.is_empty())?;
        let mut blame = look
            .blame(study, operation, format!("sorting by `{}` loses records", look.wish.name))
            .compare(
                format!("all {} records of the list", balance.wanted),
                format!("{} of them are missing", balance.missing.len()),
            )
            .level(completeness_level(study, operation))
            .shown(&**key);
        let lists = operation.clause.lists.as_ref()?;
        blame.cases.splice(0..0, shown_by(study, operation, lists, key).into_iter().chain(beside.cloned()));
        Some(blame)
    })
}
