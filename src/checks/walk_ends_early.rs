//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use std::collections::HashSet;

use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::contract::semantics::Lists;
use crate::finding::Level;
use crate::study::{Reference, Study, WalkSeen};

check! {
    /// A page says that nothing follows, or is empty, although there are more records.
    ///
    /// ## Why it matters
    /// Consumers stop there and never see the rest: the commonest way to lose records without an error.
    ///
    /// ## Example
    /// The second page says `"hasMore": false`; three more pages of customers exist.
    ///
    /// ## Source
    /// `more` and `next` of the list's paging, or `offset` and `number` where pages are counted: the end of a walk is the end
    /// of the list.
    id: "walk-ends-early", family: Paging, level: Deny, proof: Compared,
    faults: ["more-false-early", "walk-ends-early", "walk-ends-early-for-one-tenant", "window-ends"],
    explains: paging::WHAT_WALKS_SHOW,
    plan: paging::plan_walks, judge: judge,
}

const SAID: &str = "a page says that nothing follows although more records exist";
const EMPTY: &str = "a page is empty although more records follow";

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if study.walks(&operation.id).next().is_none() {
        return no_walk();
    }
    let mut ruling = Ruling::default();
    for access in [Access::Own, Access::Second] {
        judge_access(study, operation, lists, access, &mut ruling);
    }
    ruling.or_inconclusive("no walk reached an end", "raise --max-records or --max-requests")
}

/// Compares where the walks of one tenant over the whole list end.
fn judge_access(study: &Study, operation: &Operation, lists: &Lists, access: Access, ruling: &mut Ruling) {
    let reference = study.reference_of(&operation.id, access);
    let whole = |walk: &WalkSeen| walk.walk.query.is_whole() && walk.walk.query.access == access;
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| whole(walk) && walk.is_complete()) {
        ruling.evidence.pairs += 1;
        let keys: HashSet<&str> = walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
        let beyond = walk.beyond.iter().filter(|row| row.key.as_deref().is_some_and(|key| !keys.contains(key))).count();
        let missing: Vec<usize> = reference
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.key.as_deref().is_some_and(|key| !keys.contains(key)))
            .map(|(index, _)| index)
            .collect();
        let last_seen = reference.rows.iter().rposition(|row| row.key.as_deref().is_some_and(|key| keys.contains(key)));
        let tail = missing.len() >= 2
            && last_seen.is_none_or(|last| missing.iter().all(|index| *index > last))
            && !missing.iter().any(|index| stands_before(study, operation, access, reference, *index, &keys));
        let counted = lists.page.more.is_none() && lists.page.next.is_none();
        let empty =
            walk.pages.len().checked_sub(1).and_then(|last| walk.facts(last)).is_some_and(|page| page.items == 0);
        // A walk that the total ended is the total's matter.
        if beyond == 0 && (!tail || (counted && !empty)) {
            continue;
        }
        let (title, more) = match (counted, lists.page.more.is_some(), lists.page.offset.is_some()) {
            (true, _, true) => (EMPTY, "offset"),
            (true, _, false) => (EMPTY, "number"),
            (false, true, _) => (SAID, "more"),
            (false, false, _) => (SAID, "next"),
        };
        let sent = walk.answers.last().map(|answer| answer.sent.clone()).into_iter().collect();
        let mut cases = whole_walks(study, operation, case, access);
        cases.push(case.clone());
        ruling.blames.push(
            Blame::of_cases(title, cases, sent)
                .compare(
                    format!("{} records before the end", keys.len() + missing.len().max(beyond)),
                    format!("the end after {} records", keys.len()),
                )
                .by(&study.contract, paging::clause(operation, more))
                .under(study, &lists.page.about, Level::Deny)
                .mark(if access == Access::Own { "early end" } else { "early end for the second tenant" }),
        );
    }
}

/// Whether a record that the longest walk lacks stands before known ones in the walk that shows it: it was left out, and
/// the end is where it should be. Where the longest walk has it, its place there says so.
fn stands_before(
    study: &Study,
    operation: &Operation,
    access: Access,
    reference: &Reference,
    index: usize,
    known: &HashSet<&str>,
) -> bool {
    let Some(key) = reference.rows[index].key.as_deref().filter(|_| index >= reference.ordered) else { return false };
    let whole = |walk: &&WalkSeen| walk.walk.query.is_whole() && walk.walk.query.access == access;
    study.walks(&operation.id).map(|(_, walk)| walk).filter(whole).any(|walk| {
        let behind = walk.rows.iter().skip_while(|row| row.key.as_deref() != Some(key)).skip(1);
        behind.filter_map(|row| row.key.as_deref()).any(|key| known.contains(key))
    })
}

/// The walk of the same tenant that shows what this one lacks.
fn whole_walks(study: &Study, operation: &Operation, but: &Case, access: Access) -> Vec<Case> {
    let longest = study
        .walks(&operation.id)
        .filter(|(case, walk)| walk.walk.query.is_whole() && walk.walk.query.access == access && *case != but)
        .max_by_key(|(_, walk)| walk.rows.len());
    longest.map(|(case, _)| case.clone()).into_iter().collect()
}

fn no_walk() -> Verdict {
    Verdict::Inconclusive {
        reason: "the list was not walked".to_owned(),
        remedy: "see the findings on its answers".to_owned(),
    }
}
