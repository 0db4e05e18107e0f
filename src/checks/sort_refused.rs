//! See the explanation on [`CHECK`].

use super::Verdict;
use super::ordering::{self, Reading, is_unsupported, judge_looks};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A documented order is refused.
    ///
    /// ## Why it matters
    /// A consumer that follows the documentation gets an error instead of records.
    ///
    /// ## Example
    /// `GET /v1/customers?sortBy=totalMonthlyRevenue` is answered with status 400.
    ///
    /// ## Source
    /// `sort` of the list's `x-contract`; `unsupported` sets the level when every order is refused.
    id: "sort-refused", family: Sorting, level: Deny, proof: Answer,
    faults: ["sort-refused", "sort-forbidden"],
    plan: ordering::plan_orders, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        let Reading::Refused(status, page) = look.reading else { return None };
        let sort = operation.clause.lists.as_ref()?.sort.as_ref()?;
        let all = is_unsupported(looks, |reading| matches!(reading, Reading::Refused(..)));
        let name = &look.wish.name;
        let blame = look
            .blame(study, operation, format!("sorting by `{name}` is refused"))
            .compare("records in the order asked for", format!("status {status} on page {page}"))
            .mark(name.as_ref());
        let about = sort.unsupported.as_ref().map_or(&sort.about, |grade| &grade.0);
        Some(if all && sort.unsupported.is_some() { blame.under(study, about, Level::Deny) } else { blame })
    })
}
