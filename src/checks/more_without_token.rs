//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A page says that more follows but gives no token to get it with.
    ///
    /// ## Why it matters
    /// Consumers know that they have not seen everything and cannot go on.
    ///
    /// ## Example
    /// `"hasMore": true` beside `"nextCursor": null`.
    ///
    /// ## Source
    /// `more` and `next` of the list's paging: the one promises the other.
    id: "more-without-token", family: Paging, level: Deny, proof: Answer,
    faults: ["token-missing"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(more) = &lists.page.more else { return not_applicable("the answer does not say whether more follows") };
    if lists.page.next.as_ref().is_none_or(|next| next.spot.is_none()) {
        return not_applicable("the answer gives no token");
    }
    let mut ruling = Ruling::default();
    for (answer, page) in paging::pages(study, operation) {
        ruling.evidence.pages += 1;
        if page.more == Some(true) && page.next.is_none() {
            ruling.blames.push(
                Blame::of_answer("more is promised without a token to get it", answer)
                    .compare("a token beside the promise of more", "no token")
                    .by(&study.contract, paging::clause(operation, "more"))
                    .under(study, &more.about, Level::Deny),
            );
        }
    }
    ruling.or_inconclusive("no page was seen", "see the findings on the list's answers")
}
