//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Figure, Study};

check! {
    /// The count of records on a page is not the number of records on it.
    ///
    /// ## Why it matters
    /// Consumers trust the count for progress and for knowing whether a page is empty.
    ///
    /// ## Example
    /// `"count": 50` beside 49 customers.
    ///
    /// ## Source
    /// `count` of the list's paging.
    id: "wrong-count", family: Paging, level: Deny, proof: Answer,
    faults: ["count-wrong"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(count) = &lists.page.count else { return not_applicable("the answer counts no records") };
    let mut ruling = Ruling::default();
    for (answer, page) in paging::pages(study, operation) {
        let Figure::Is(counted) = page.count else { continue };
        ruling.evidence.pages += 1;
        if (counted - page.items as f64).abs() > f64::EPSILON {
            ruling.blames.push(
                Blame::of_answer("the count is not the number of records on the page", answer)
                    .compare(page.items.to_string(), counted.to_string())
                    .by(&study.contract, paging::clause(operation, "count"))
                    .under(study, &count.about, Level::Deny),
            );
        }
    }
    ruling.or_inconclusive("no page was seen", "see the findings on the list's answers")
}
