//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, filtering, not_applicable, paging};
use crate::case::Case;
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Study, WalkSeen};

check! {
    /// The last page says that more follows, and nothing does.
    ///
    /// ## Why it matters
    /// Consumers ask again and again, or show a button that leads nowhere.
    ///
    /// ## Example
    /// The last, half-filled page says `"hasMore": true`; the next page is empty.
    ///
    /// ## Source
    /// `more` of the list's paging. On a page that is exactly full the same is a note (`full-end`): the server may
    /// not know yet.
    id: "more-without-end", family: Paging, level: Deny, proof: Walk,
    faults: ["more-true-on-full-last-page"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(more) = &lists.page.more else { return not_applicable("the answer does not say whether more follows") };
    let mut ruling = Ruling::default();
    // Where filters are ignored, some pages answer another question, and speak of what follows there.
    let ignored = filtering::fails_at_once(study, operation, lists, None);
    let counts = |walk: &WalkSeen| walk.is_complete() && (!ignored || walk.walk.query.filters.is_empty());
    for (_, walk) in study.walks(&operation.id).filter(|(_, walk)| counts(walk)) {
        let count = walk.pages.len();
        let Some(last) = count.checked_sub(1).and_then(|last| walk.facts(last)) else { continue };
        ruling.evidence.pages += 1;
        // Pages that are cut before a filter is applied: more did follow, and the filter took it away.
        let empty = (0..count).filter(|page| walk.facts(*page).is_some_and(|page| page.items == 0)).count();
        if empty > 1 && !walk.walk.query.filters.is_empty() {
            continue;
        }
        let answer = if last.items > 0 && last.more == Some(true) {
            walk.answer(count - 1)
        } else if last.items == 0 && count >= 2 && walk.facts(count - 2).is_some_and(|page| page.more == Some(true)) {
            walk.answer(count - 2)
        } else {
            None
        };
        let Some(answer) = answer else { continue };
        let items = answer.page.as_ref().map_or(0, |page| page.items as u64);
        let full = paging::effective_size(lists, answer).is_none_or(|size| items >= size);
        let about = lists.page.full_end.clone().unwrap_or_default().0;
        let level = if full { study.level(&about, Level::Note) } else { study.level(&more.about, Level::Deny) };
        ruling.blames.push(
            Blame::of_cases(
                "a page says that more follows and nothing does",
                vec![Case::Walk(walk.walk.clone())],
                vec![answer.sent.clone()],
            )
            .compare("no promise of more on the last page", "more promised, then no record")
            .by(&study.contract, paging::clause(operation, "more"))
            .level(level)
            .mark(format!("{level}")),
        );
    }
    ruling.or_inconclusive("no walk reached an end", "raise --max-records or --max-requests")
}
