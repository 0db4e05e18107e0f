//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A page that says that nothing follows gives a token all the same.
    ///
    /// ## Why it matters
    /// Consumers that look at the token only make a spurious request, or walk for ever.
    ///
    /// ## Example
    /// `"hasMore": false` beside a `nextCursor` that is not null.
    ///
    /// ## Source
    /// `last-token` of the list's paging; its level is the contract's.
    id: "token-after-end", family: Paging, level: Note, proof: Answer,
    faults: ["token-on-last-page"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(grade) = &lists.page.last_token else {
        return not_applicable("nothing is promised of the token on the last page");
    };
    let mut ruling = Ruling::default();
    for (answer, page) in paging::pages(study, operation) {
        if page.more != Some(false) {
            continue;
        }
        ruling.evidence.pages += 1;
        if page.next.is_some() {
            ruling.blames.push(
                Blame::of_answer("the last page gives a token", answer)
                    .compare("no token", "a token beside the end")
                    .by(&study.contract, paging::clause(operation, "last-token"))
                    .under(study, &grade.0, Level::Note),
            );
        }
    }
    ruling.or_inconclusive("no last page was seen", "raise --max-records or --max-requests")
}
