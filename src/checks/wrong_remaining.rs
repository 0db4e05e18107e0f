//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, filtering, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Figure, Study, WalkSeen};

check! {
    /// The number of records that follow is not the number that does.
    ///
    /// ## Why it matters
    /// Consumers show progress and size their work by it.
    ///
    /// ## Example
    /// `"remainingItemCount": 10` before a last page of 37.
    ///
    /// ## Source
    /// `remaining` of the list's paging.
    id: "wrong-remaining", family: Paging, level: Deny, proof: Walk,
    faults: ["remaining-wrong"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(remaining) = &lists.page.remaining else {
        return not_applicable("the answer does not say how many follow");
    };
    let mut ruling = Ruling::default();
    // Where filters are ignored, some pages answer another question, and speak of what follows there.
    let ignored = filtering::fails_at_once(study, operation, lists, None);
    let counts = |walk: &WalkSeen| walk.is_complete() && (!ignored || walk.walk.query.filters.is_empty());
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| counts(walk)) {
        for page in 0..walk.pages.len() {
            let Some(Figure::Is(named)) = walk.facts(page).map(|facts| facts.remaining) else { continue };
            ruling.evidence.pages += 1;
            let end = walk.starts.get(page + 1).copied().unwrap_or(walk.rows.len());
            let follow = (walk.rows.len() - end) as f64;
            if (named - follow).abs() > f64::EPSILON {
                ruling.blames.push(
                    Blame::of_cases(
                        "the number of records that follow is wrong",
                        vec![case.clone()],
                        walk.answer(page).map(|answer| answer.sent.clone()).into_iter().collect(),
                    )
                    .compare(follow.to_string(), named.to_string())
                    .by(&study.contract, paging::clause(operation, "remaining"))
                    .under(study, &remaining.about, Level::Deny),
                );
            }
        }
    }
    ruling.or_inconclusive("no walk with such a number reached its end", "raise --max-records or --max-requests")
}
