//! What the checks on pages share: walks, the requests that show a page, sizes that a page may have.

use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Call, Case, Query, Walk};
use crate::contract::Operation;
use crate::contract::semantics::{Lists, Slot};
use crate::exchange::Sent;
use crate::study::{End, Observation, PageFacts, Seen, Study, WalkSeen};

/// Checks that compare walks: where pages lose, repeat or mix up records, each of them sees that too.
pub(super) const WHAT_WALKS_SHOW: &[&str] = &[
    "record-repeated",
    "token-repeated",
    "endless-walk",
    "record-skipped",
    "walk-ends-early",
    "empty-page-in-walk",
    "wrong-total",
    "wrong-remaining",
    "wrong-page-number",
    "wrong-offset-echo",
    "more-without-end",
    "page-size-changes-order",
    "past-end-mishandled",
    "filter-drops-records",
    "filter-combination-wrong",
    "filter-partition-gap",
    "filter-reveals-unlisted-record",
    "sort-ties-unstable",
    "sort-repeats-records",
    "sort-loses-records",
    "sort-with-filter-wrong",
    "default-order-wrong",
    "lists-disagree",
    "expansion-changes-list",
];

/// Page sizes of which only some pages are walked, and how many.
const FEW_PAGES: [(u64, u32); 8] = [(1, 3), (2, 2), (3, 2), (10, 2), (20, 2), (25, 2), (50, 2), (100, 2)];

/// The cases that every comparison of walks starts from: all at the largest size, all without a size, and some at sizes
/// drawn from the seed.
pub(super) fn plan_walks(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for (operation, lists) in study.lists() {
        cases.push(Case::Walk(study.reference_walk(operation, lists)));
        let Some(reference) = study.reference(&operation.id) else { continue };
        let known = reference.rows.len() as u64;
        // In a long list the first pages stand for the rest: they are compared with the whole walk.
        let pages = (known > 2_000).then_some(12);
        let mut plain = study.default_walk(operation);
        plain.pages = pages;
        cases.push(Case::Walk(plain));
        for size in drawn_sizes(study, operation, lists, known) {
            let query = Query::new(&operation.id, Some(size));
            cases.push(Case::Walk(Walk { query, pages, repeat: 0 }));
        }
        if study.means.has_second {
            cases.extend(super::access::second_walk(study, operation).map(Case::Walk));
            let mut other = study.default_walk(operation);
            let theirs = study.reference_of(&operation.id, Access::Second).rows.len() as u64;
            // A few pages, whatever the default size; without a first look, wait for it.
            if let Some(clause) = lists.page.size.as_ref().filter(|_| theirs >= 5) {
                let size = (theirs * 2 / 5).max(2);
                other.query.size = Some(clause.max.map_or(size, |most| size.min(most)));
            }
            other.query.access = Access::Second;
            other.pages = Some(super::access::SECOND_PAGES);
            if theirs > 0 {
                cases.push(Case::Walk(other));
            }
        }
        // Small pages have many borders, and the sizes that clients write are where caches and special cases are: a few
        // pages of each are enough.
        let most = lists.page.size.as_ref().map_or(0, |size| size.max.unwrap_or(u64::MAX));
        for (size, pages) in FEW_PAGES.into_iter().filter(|(size, _)| *size < known && *size <= most) {
            if study.reference_walk(operation, lists).query.size == Some(size) {
                continue;
            }
            cases.push(Case::pages(Query::new(&operation.id, Some(size)), pages));
        }
    }
    cases
}

/// Where a page starts, by what was sent or by the address that was followed; `None` when that cannot be told.
pub(super) fn offset_of(slot: &Slot, first: u64, call: &Call) -> Option<u64> {
    if let (Some(address), Slot::Query(name)) = (&call.follow, slot) {
        let query = address.split_once('?')?.1.split('#').next()?;
        // Servers encode the name or not: `page%5Boffset%5D` is `page[offset]`.
        let is_meant = |known: &str| percent_encoding::percent_decode_str(known).decode_utf8_lossy() == name.as_str();
        let sent = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| is_meant(known));
        return sent.map_or(Some(first), |(_, sent)| sent.parse().ok());
    }
    call.value(slot).map_or(Some(first), serde_json::Value::as_u64)
}

/// The page size in force where none is asked for: the documented one, else what the first page of a longer list holds.
pub(super) fn default_size(study: &Study, operation: &Operation, lists: &Lists) -> Option<u64> {
    let documented = lists.page.size.as_ref().and_then(|size| size.default.as_ref()).map(|default| default.value);
    documented.or_else(|| {
        let seen = study.get(&Case::Walk(study.default_walk(operation)))?;
        let Seen::Walk(walk) = seen else { return None };
        (walk.pages.len() > 1).then(|| walk.rows_of(0).len() as u64).filter(|size| *size > 0)
    })
}

/// Page sizes that give a handful of pages, drawn from the seed.
fn drawn_sizes(study: &Study, operation: &Operation, lists: &Lists, known: u64) -> Vec<u64> {
    let Some(size) = &lists.page.size else { return Vec::new() };
    let most = size.max.unwrap_or(1_000);
    let (low, high) = ((known / 6).max(2), (known / 3).max(3));
    if known < 4 || low >= most {
        return Vec::new();
    }
    let salt = format!("page sizes {}", operation.id);
    // Where one record is left for the last page, a server that looks for more than one to follow loses it.
    let lonely =
        |high: u64| -> Vec<u64> { (low..=high.min(most)).filter(|size| (known - 1).is_multiple_of(*size)).collect() };
    let pool = [lonely(high), lonely((known - 1) / 2)].into_iter().find(|sizes| !sizes.is_empty());
    let pool = pool.unwrap_or_else(|| (low..=high.min(most)).collect());
    let picked = super::draw::draw(study, &salt, &(0..pool.len()), 1).into_iter();
    let mut sizes: Vec<u64> = picked.filter_map(|index| pool.get(index).copied()).collect();
    // Where everything fits on one page of the largest size, large pages have no border yet.
    if (20..=most).contains(&known) {
        sizes.push(known * 11 / 20);
    }
    sizes
}

/// Every answer of an operation that is a page, with its facts.
pub(super) fn pages<'a>(
    study: &'a Study,
    operation: &'a Operation,
) -> impl Iterator<Item = (&'a Observation, &'a PageFacts)> {
    study
        .all_answers(&operation.id)
        .filter_map(|answer| Some((answer, answer.page.as_ref().filter(|page| page.has_items)?)))
}

/// The page size that a request asked for; `None` if it asked for none.
pub(super) fn asked_size(lists: &Lists, answer: &Observation) -> Option<serde_json::Value> {
    answer.call.value(&lists.page.size.as_ref()?.slot).cloned()
}

/// Whether a size lies within the documented range.
pub(super) fn is_lawful_size(lists: &Lists, size: u64) -> bool {
    lists
        .page
        .size
        .as_ref()
        .is_some_and(|clause| size >= clause.min.unwrap_or(1) && clause.max.is_none_or(|most| size <= most))
}

/// The size that a lawful answer's page is bounded by: the one asked for, or the default.
pub(super) fn effective_size(lists: &Lists, answer: &Observation) -> Option<u64> {
    let clause = lists.page.size.as_ref()?;
    match asked_size(lists, answer) {
        None => clause.default.as_ref().map(|default| default.value),
        Some(value) => value.as_u64().filter(|size| is_lawful_size(lists, *size)),
    }
}

/// The request of the page that a record of a walk stands on, after that of the page before.
pub(super) fn requests_around(walk: &WalkSeen, row: usize) -> Vec<Sent> {
    let page = walk.page_of(row);
    let before = page.checked_sub(1).and_then(|page| walk.answer(page));
    before.into_iter().chain(walk.answer(page)).map(|answer| answer.sent.clone()).collect()
}

/// The first request of a walk.
pub(super) fn first_request(walk: &WalkSeen) -> Vec<Sent> {
    walk.answers.first().map(|answer| answer.sent.clone()).into_iter().collect()
}

/// Pointer in the document to a clause of the operation's paging.
pub(super) fn clause(operation: &Operation, name: &str) -> String {
    let page = format!("{}/x-contract/lists/page", operation.pointer);
    if name.is_empty() { page } else { format!("{page}/{name}") }
}

/// Words for what a walk asked.
pub(super) fn walk_words(walk: &WalkSeen) -> String {
    match walk.walk.query.size {
        Some(size) => format!("pages of {size}"),
        None => "pages of the default size".to_owned(),
    }
}

/// Whether empty pages may be what is left of pages that were cut before a filter was applied: there cannot be more of them
/// than the whole list has.
fn may_be_filtered_late(study: &Study, operation: &Operation, walk: &WalkSeen) -> bool {
    let Some(lists) = operation.clause.lists.as_ref().filter(|_| !walk.walk.query.filters.is_empty()) else {
        return false;
    };
    let Some(size) = walk.walk.query.size.or_else(|| default_size(study, operation, lists)) else { return false };
    let known = study.reference_of(&operation.id, walk.walk.query.access).rows.len() as u64;
    let empty = walk.facts(walk.pages.len().saturating_sub(1)).is_some_and(|page| page.items == 0);
    empty && walk.pages.len() as u64 * size < known + size
}

/// Judges every walk: none may end in this way. The walk alone shows it, whatever the data.
pub(super) fn judge_ends(
    study: &Study,
    operation: &Operation,
    wrong: End,
    (title, expected, actual): (&str, &str, &str),
) -> Verdict {
    if operation.clause.lists.is_none() {
        return not_applicable("the operation lists nothing");
    }
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id) {
        ruling.evidence.pages += walk.pages.len() as u64;
        if walk.end == wrong && !may_be_filtered_late(study, operation, walk) {
            let sent = walk.answers.iter().rev().take(2).rev().map(|answer| answer.sent.clone()).collect();
            ruling.blames.push(
                Blame { compares: false, ..Blame::of_cases(title, vec![case.clone()], sent) }
                    .compare(expected, actual)
                    .by(&study.contract, clause(operation, "")),
            );
        }
    }
    ruling.or_inconclusive("no page was seen", "see the findings on the list's answers")
}
