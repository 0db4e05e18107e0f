//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, filtering, not_applicable, paging};
use std::collections::HashSet;

use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::contract::semantics::{Clause, Slot};
use crate::finding::Level;
use crate::study::{End, Figure, Fit, Fitting, Study, WalkSeen};

check! {
    /// The total is not the number of records that a walk shows.
    ///
    /// ## Why it matters
    /// Consumers show it, stop by it, and compute the number of pages from it.
    ///
    /// ## Example
    /// `"total": 236` on every page of a walk over 237 customers.
    ///
    /// ## Source
    /// `total` of the list's paging: all records that match, on every page alike; with `of: collection` those that the list
    /// shows without any filter.
    id: "wrong-total", family: Paging, level: Deny, proof: Walk,
    faults: ["total-off-by-one", "total-is-page-count", "total-is-page-count-under-filter", "total-in-words", "total-ignores-filter"],
    plan: paging::plan_walks, judge: judge,
}

/// Whether a total is that of the records known to match, so that it is the walk that lacks or repeats some.
fn is_true(study: &Study, operation: &Operation, walk: &WalkSeen, named: f64) -> bool {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else { return false };
    let Some(reference) = study.reference(&operation.id).filter(|_| walk.walk.query.access == Access::Own) else {
        return false;
    };
    let shown: HashSet<&str> = walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
    let (mut least, mut most, mut lacks) = (0.0, 0.0, false);
    let fitting = Fitting::new(lists, model, &walk.walk.query.filters);
    for row in &reference.rows {
        match fitting.row(row) {
            Fit::Must => {
                least += 1.0;
                most += 1.0;
                lacks |= row.key.as_deref().is_some_and(|key| !shown.contains(key));
            }
            Fit::May => most += 1.0,
            Fit::Not => {}
            Fit::Unknown => return false,
        }
    }
    (lacks || shown.len() < walk.rows.len()) && (least..=most).contains(&named)
}

/// Whether walks elsewhere lack records that a true total counts: then a total that nothing else tells of is believed, and
/// the walk lacks what it counts.
fn is_told_true(study: &Study, operation: &Operation) -> bool {
    study.walks(&operation.id).filter(|(_, walk)| walk.is_complete() && !walk.walk.query.is_plain()).any(|(_, walk)| {
        let shown: HashSet<&str> = walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
        let named = walk.facts(0).and_then(|facts| facts.total.number());
        named.is_some_and(|named| named > shown.len() as f64 && is_true(study, operation, walk, named))
    })
}

/// Whether the same question without its expansions shows as many records as a total counts: the expansion drops some.
fn is_shown_unexpanded(study: &Study, operation: &Operation, walk: &WalkSeen, named: f64) -> bool {
    let query = &walk.walk.query;
    let same = |other: &&WalkSeen| {
        let asked = &other.walk.query;
        asked.expand.is_empty() && asked.filters == query.filters && asked.access == query.access && other.is_complete()
    };
    let mut others = study.walks(&operation.id).map(|(_, other)| other).filter(same);
    !query.expand.is_empty() && others.any(|other| (other.rows.len() as f64 - named).abs() < f64::EPSILON)
}

/// The records known to match, if a walk under a filter was ended after its first page by a total that is just as large as
/// that page: more likely the total counts the page than that the filter drops all others.
fn of_one_page(study: &Study, operation: &Operation, walk: &WalkSeen) -> usize {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else { return 0 };
    let Some(reference) = study.reference(&operation.id).filter(|_| walk.walk.query.access == Access::Own) else {
        return 0;
    };
    let full = |page: &crate::study::PageFacts| {
        walk.walk.query.size == Some(page.items as u64) && page.total == Figure::Is(page.items as f64)
    };
    if walk.pages.len() != 1 || !walk.facts(0).is_some_and(full) {
        return 0;
    }
    let fitting = Fitting::new(lists, model, &walk.walk.query.filters);
    reference.rows.iter().filter(|row| fitting.row(row) == Fit::Must).count()
}

/// Beyond the end there are no records, and yet as many match as before.
fn beyond(study: &Study, operation: &Operation, total: &Clause, ruling: &mut Ruling) {
    let Some(lists) = &operation.clause.lists else { return };
    let Some(offset) = &lists.page.offset else { return };
    let whole = |walk: &&WalkSeen| walk.walk.query.is_plain() && walk.is_complete();
    let Some((plain, walk)) = study.walks(&operation.id).find(|(_, walk)| whole(walk)) else { return };
    let Some(Figure::Is(before)) = walk.facts(0).map(|facts| facts.total) else { return };
    for (case, answer) in study.answers(&operation.id).filter(|(_, answer)| answer.call.access == Access::Own) {
        let known = |(slot, _): &(&Slot, &serde_json::Value)| {
            **slot == offset.slot || lists.page.size.as_ref().is_some_and(|size| size.slot == **slot)
        };
        let only_paged = answer.call.values.iter().map(|(slot, value)| (slot, value)).all(|pair| known(&pair));
        let at = answer.call.value(&offset.slot).and_then(serde_json::Value::as_u64);
        let Some(page) = answer.page.as_ref().filter(|page| page.has_items && page.items == 0 && only_paged) else {
            continue;
        };
        let (Some(at), Figure::Is(named)) = (at, page.total) else { continue };
        if (at as f64) < before || answer.call.method.is_some() {
            continue;
        }
        ruling.evidence.pages += 1;
        if (named - before).abs() > f64::EPSILON {
            ruling.blames.push(
                Blame::of_cases(
                    "the total is another one beyond the end",
                    vec![plain.clone(), case.clone()],
                    vec![answer.sent.clone()],
                )
                .compare(format!("{before}, as on the pages before"), format!("{named}"))
                .by(&study.contract, paging::clause(operation, "total"))
                .under(study, &total.about, Level::Deny)
                .mark("beyond"),
            );
        }
    }
}

/// The total of the whole collection is the same under every filter.
fn of_collection(study: &Study, operation: &Operation, total: &Clause, ruling: &mut Ruling) {
    let whole = |walk: &&WalkSeen| walk.walk.query.is_plain() && walk.is_complete();
    let Some((plain, walk)) = study.walks(&operation.id).find(|(_, walk)| whole(walk)) else { return };
    let Some(Figure::Is(before)) = walk.facts(0).map(|facts| facts.total) else { return };
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.access == Access::Own) {
        for page in 0..walk.pages.len() {
            let Some(Figure::Is(named)) = walk.facts(page).map(|facts| facts.collection) else { continue };
            ruling.evidence.pages += 1;
            if (named - before).abs() <= f64::EPSILON {
                continue;
            }
            let sent = walk.answer(page).map(|answer| answer.sent.clone()).into_iter().collect();
            ruling.blames.push(
                Blame::of_cases(
                    "the total of the collection is another one under a filter",
                    vec![plain.clone(), case.clone()],
                    sent,
                )
                .compare(format!("{before}, as without a filter"), format!("{named}"))
                .by(&study.contract, paging::clause(operation, "total"))
                .under(study, &total.about, Level::Deny)
                .mark("collection"),
            );
            break;
        }
    }
}

/// A total that nobody can count with. In a body the schema says so too; of a header it may be all that does.
fn no_number(
    study: &Study,
    operation: &Operation,
    total: &Clause,
    (case, walk, page): (&Case, &WalkSeen, usize),
) -> Blame {
    let sent = walk.answer(page).map(|answer| answer.sent.clone()).into_iter().collect();
    Blame::of_cases("the total is no number", vec![case.clone()], sent)
        .compare("a number", "something else")
        .by(&study.contract, paging::clause(operation, "total"))
        .under(study, &total.about, Level::Deny)
        .mark("no number")
        .alone()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(total) = &lists.page.total else { return not_applicable("the answer gives no total") };
    let mut ruling = Ruling::default();
    let ignored = filtering::fails_at_once(study, operation, lists, None);
    let by_total = lists.page.more.is_none() && lists.page.next.is_none();
    let told_true = is_told_true(study, operation);
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.is_complete() || walk.end == End::Capped) {
        // Where filters are ignored, the first page answers another question, and counts for that.
        if ignored && !walk.walk.query.filters.is_empty() {
            continue;
        }
        let keys: HashSet<&str> = walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
        let records = keys.len();
        let known = match walk.walk.query.is_plain() {
            true => study.reference(&operation.id).map_or(0, |reference| reference.rows.len()),
            false => of_one_page(study, operation, walk),
        };
        for page in 0..walk.pages.len() {
            let named = match walk.facts(page).map(|facts| facts.total) {
                Some(Figure::Is(named)) => named,
                Some(Figure::NoNumber) => {
                    ruling.once(no_number(study, operation, total, (case, walk, page)));
                    continue;
                }
                _ => continue,
            };
            ruling.evidence.pages += 1;
            let first = walk.facts(0).and_then(|facts| facts.total.number());
            let shifts = first.is_some_and(|first| (first - named).abs() > f64::EPSILON);
            // A walk that the total itself ended proves nothing by its length unless it overshoots.
            let wrong =
                if walk.is_complete() { (named - records as f64).abs() > f64::EPSILON } else { named < records as f64 };
            let short = by_total && known > records && named < known as f64;
            let lacks = named > records as f64
                && (told_true && !walk.walk.query.is_plain() || is_shown_unexpanded(study, operation, walk, named));
            if !(wrong || shifts || short) || (!shifts && (lacks || is_true(study, operation, walk, named))) {
                continue;
            }
            let Some(answer) = walk.answer(page) else { continue };
            let filtered = if walk.walk.query.filters.is_empty() { "plain" } else { "filtered" };
            ruling.blames.push(
                Blame::of_cases(
                    "the total is not the number of records",
                    vec![case.clone()],
                    vec![answer.sent.clone()],
                )
                .compare(format!("{}", records.max(known)), format!("{named}"))
                .by(&study.contract, paging::clause(operation, "total"))
                .under(study, &total.about, Level::Deny)
                .mark(filtered),
            );
            break;
        }
    }
    beyond(study, operation, total, &mut ruling);
    of_collection(study, operation, total, &mut ruling);
    ruling.or_inconclusive("no total was seen on a whole walk", "raise --max-records or --max-requests")
}
