//! See the explanation on [`CHECK`].

use super::ordering::{balance, completeness_level, looks};
use super::{Blame, Ruling, Verdict, not_applicable, paging};
use std::collections::HashMap;

use crate::case::Case;
use crate::contract::Operation;
use crate::contract::semantics::Lists;
use crate::finding::Level;
use crate::study::{End, Fit, Fitting, Study, WalkSeen};

check! {
    /// A walk shows the same record twice.
    ///
    /// ## Why it matters
    /// Consumers import, count or charge it twice.
    ///
    /// ## Example
    /// The last customer of page one is the first customer of page two.
    ///
    /// ## Source
    /// ours: paging through a list shows each record once; follows from `key` identifying a record. Behind the end of a list
    /// whose pages are counted the last page may come again, unless `past-end` says what comes there. What only sorted walks
    /// repeat is told with their order.
    id: "record-repeated", family: Paging, level: Deny, proof: Walk,
    faults: ["record-repeated", "record-repeated-once"],
    explains: paging::WHAT_WALKS_SHOW,
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let mut ruling = Ruling::default();
    let by_sorting = is_told_by_sorting(study, operation);
    for (case, walk) in study.walks(&operation.id) {
        if matches!(walk.end, End::Endless | End::TokenRepeated) {
            // A walk in a circle repeats everything; that is another fault.
            continue;
        }
        if by_sorting && walk.walk.query.sort.is_some() {
            continue;
        }
        ruling.blames.extend(repeated_page(study, operation, (lists, case, walk)));
        let mut seen: HashMap<&str, usize> = HashMap::new();
        ruling.evidence.records += walk.rows.len() as u64;
        for (index, row) in walk.rows.iter().enumerate() {
            let Some(key) = row.key.as_deref() else { continue };
            let Some(first) = seen.insert(key, index) else { continue };
            let same_page = walk.page_of(first) == walk.page_of(index);
            let place = if same_page { "on one page" } else { "on two pages" };
            let page = walk.page_of(index);
            let within = |row: usize| row - walk.starts.get(walk.page_of(row)).copied().unwrap_or(0);
            let pages = [walk.page_of(first), page].map(|page| walk.answer(page).map(|answer| answer.sent.clone()));
            ruling.blames.push(
                Blame {
                    // Of one answer nobody can say that the data moved.
                    compares: !same_page,
                    ..Blame::of_cases(
                        format!("a record occurs twice, {place} of one walk"),
                        vec![case.clone()],
                        pages.into_iter().flatten().collect(),
                    )
                }
                .compare(
                    "each record once",
                    format!("the same key as record {} of the walk again as record {}", first + 1, index + 1),
                )
                .after(lists.place(within(first)))
                .at(lists.place(within(index)))
                .by(&study.contract, paging::clause(operation, ""))
                .shown(key)
                .mark(question(walk)),
            );
        }
    }
    ruling.or_inconclusive("no record was seen", "check against a list that is not empty")
}

/// Whether the checks on orders name what sorted walks repeat, with the order that brings it about: it weighs as much there.
fn is_told_by_sorting(study: &Study, operation: &Operation) -> bool {
    let sorted = || looks(study, operation);
    completeness_level(study, operation) == Level::Deny
        && sorted().iter().any(|look| !balance(study, operation, look).repeated.is_empty())
}

/// What is wrong where the same page came again although other records were to follow. Behind the end of a list a server
/// may show its last page once more: nothing is promised there.
fn repeated_page(
    study: &Study,
    operation: &Operation,
    (lists, case, walk): (&Lists, &Case, &WalkSeen),
) -> Option<Blame> {
    let model = study.model(&operation.id).filter(|_| walk.echoes > 0)?;
    let query = &walk.walk.query;
    let reference = study.reference_of(&operation.id, query.access);
    let fitting = Fitting::new(lists, model, &query.filters);
    let known = reference.rows.iter().filter(|row| fitting.row(row) == Fit::Must).count();
    // Where no walk ever came to a second page, what the first says of the rest is all that there is.
    let stuck = || study.walks(&operation.id).all(|(_, walk)| walk.pages.len() < 2);
    let says_more = walk.facts(0).is_some_and(|page| {
        #[expect(clippy::cast_precision_loss, reason = "records of a walk are far below 2^53")]
        let shown = walk.rows.len() as f64;
        page.more == Some(true) || page.total.number().is_some_and(|total| total > shown)
    });
    if known <= walk.rows.len() && !(says_more && stuck()) {
        return None;
    }
    let sent = walk.answers.iter().rev().take(2).rev().map(|answer| answer.sent.clone()).collect();
    Some(
        Blame::of_cases("the same page comes twice, on two pages of one walk", vec![case.clone()], sent)
            .compare("each record once", format!("page {} again as page {}", walk.pages.len(), walk.pages.len() + 1))
            .at(lists.items.clone())
            .by(&study.contract, paging::clause(operation, ""))
            .mark(question(walk)),
    )
}

/// What the walk asked, in a word: repetitions under a filter are another fault than plain ones.
fn question(walk: &WalkSeen) -> &'static str {
    let query = &walk.walk.query;
    match (query.filters.is_empty(), query.sort.is_some()) {
        (true, false) => "plain",
        (false, false) => "filtered",
        (_, true) => "sorted",
    }
}
