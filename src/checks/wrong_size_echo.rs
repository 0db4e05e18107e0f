//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Figure, Study};

check! {
    /// The page size that the answer names is not the one in force.
    ///
    /// ## Why it matters
    /// Consumers compute the next offset, or whether a page is full, from the size that the answer names.
    ///
    /// ## Example
    /// `limit=2` is answered with `"limit": 50`.
    ///
    /// ## Source
    /// `size-echo` of the list's paging.
    id: "wrong-size-echo", family: Paging, level: Deny, proof: Answer,
    faults: ["size-echo-wrong"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(echo) = &lists.page.size_echo else { return not_applicable("the answer names no page size") };
    let mut ruling = Ruling::default();
    for (answer, page) in paging::pages(study, operation) {
        let (Some(wanted), Figure::Is(named)) = (paging::effective_size(lists, answer), page.size_echo) else {
            continue;
        };
        ruling.evidence.pages += 1;
        if (named - wanted as f64).abs() > f64::EPSILON {
            let default = paging::asked_size(lists, answer).is_none();
            let unsure = lists.page.size.as_ref().and_then(|size| size.default.as_ref()).filter(|_| default);
            let about = unsure.map_or(&echo.about, |default| &default.about);
            ruling.blames.push(
                Blame::of_answer("the answer names another page size than the one in force", answer)
                    .compare(wanted.to_string(), named.to_string())
                    .by(&study.contract, paging::clause(operation, "size-echo"))
                    .under(study, about, Level::Deny)
                    .mark(if default { "default" } else { "asked" }),
            );
        }
    }
    ruling.or_inconclusive("no page was seen", "see the findings on the list's answers")
}
