//! See the explanation on [`CHECK`].

use std::collections::{HashMap, HashSet};

use super::filtering::{Ground, refusal, row_pointer, sent_at};
use super::reading::plan_expanded_lists;
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case, Query};
use crate::contract::Operation;
use crate::contract::semantics::Lists;
use crate::document::text_of;
use crate::finding::Level;
use crate::study::{End, Fit, Fitting, Model, Row, Study, WalkSeen};

check! {
    /// Asking for a related record changes which records a list shows, or their order.
    ///
    /// ## Why it matters
    /// An expansion adds to records. A list that joins them in leaves out whoever has none, or forgets the page and the filter
    /// that it was asked for.
    ///
    /// ## Example
    /// `limit=100&expand=parent_customer` shows the 30 customers with a parent, `limit=100` all 100.
    ///
    /// ## Source
    /// `expands` of the list's `x-contract`: it names all that is added.
    id: "expansion-changes-list", family: Records, level: Deny, proof: Compared,
    faults: ["expansion-leaves-records-out", "expansion-forgets-filters", "expansion-reverses-order", "expansion-cuts-page", "expansion-forbidden"],
    plan: plan, judge: judge,
}

/// The first pages of each list with each of its expansions, alone and under a filter whose walk is known.
fn plan(study: &Study) -> Vec<Case> {
    let mut cases = plan_expanded_lists(study);
    for (operation, lists) in study.lists() {
        let Some(ground) = Ground::of(study, operation) else { continue };
        for expand in &operation.clause.expands {
            let Some(twin) = filtered_twin(study, lists, &ground) else { continue };
            let mut query = twin.walk.query.clone();
            query.expand.push(expand.value.clone());
            cases.push(Case::pages(query, 1));
        }
    }
    cases
}

/// The first walk under one filter that keeps some of the records and not all of them.
fn filtered_twin<'a>(study: &'a Study, lists: &Lists, ground: &Ground<'a>) -> Option<&'a WalkSeen> {
    study.walks(&ground.operation.id).map(|(_, walk)| walk).find(|walk| {
        let query = &walk.walk.query;
        let plain = query.access == Access::Own && query.sort.is_none() && query.expand.is_empty();
        if !plain || query.filters.len() != 1 || walk.rows.is_empty() || matches!(walk.end, End::Broken(..)) {
            return false;
        }
        let fitting = Fitting::new(lists, ground.model, &query.filters);
        ground.walk.rows.iter().any(|row| fitting.row(row) == Fit::Not)
    })
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if operation.clause.expands.is_empty() {
        return not_applicable("the contract promises no expansion here");
    }
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(model) = study.model(&operation.id) else { return not_applicable("the operation lists nothing") };
    let mut ruling = Ruling::default();
    let asked = |walk: &WalkSeen| {
        let query = &walk.walk.query;
        !query.expand.is_empty() && query.sort.is_none() && query.access == Access::Own
    };
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| asked(walk)) {
        if walk.pages.is_empty() {
            ruling.blames.extend(refused(study, operation, lists, (case, walk)));
            continue;
        }
        let Some(plain) = Plain::of(study, operation, lists, walk) else { continue };
        ruling.evidence.pairs += walk.rows.len() as u64;
        let fitting = Fitting::new(lists, model, &walk.walk.query.filters);
        let Some(change) = plain.change(lists, model, walk, &fitting) else { continue };
        let name = walk.walk.query.expand.first().map(text_of).unwrap_or_default();
        ruling.once(
            Blame::of_cases(
                format!("expansion `{name}` {}", change.title),
                vec![plain.case.clone(), case.clone()],
                sent_at(walk, Some(change.at)),
            )
            .compare(change.expected, change.actual)
            .at(row_pointer(lists, walk, change.at, ""))
            .by(&study.contract, format!("{}/x-contract/expands", operation.pointer))
            .under(study, &lists.about, Level::Deny)
            .shown(change.shown)
            .mark(change.title),
        );
    }
    ruling.or_inconclusive(
        "no list was seen both with and without an expansion",
        "check against a list that is not empty, or see the findings on its expansions",
    )
}

/// A list that comes without its expansion, and with it is turned away as if nobody might see it. Who refuses it as a bad
/// request may not know it.
fn refused(study: &Study, operation: &Operation, lists: &Lists, (case, walk): (&Case, &WalkSeen)) -> Option<Blame> {
    let (status, _) = refusal(study, walk).filter(|(status, _)| matches!(status, 401 | 403 | 404 | 410))?;
    // Under a filter that is refused by itself it is not the expansion.
    let name = walk.walk.query.expand.first().map(text_of).filter(|_| walk.walk.query.filters.is_empty())?;
    let plain = Case::Walk(study.reference_walk(operation, lists));
    Some(
        Blame::of_cases(format!("expansion `{name}` is refused"), vec![plain, case.clone()], sent_at(walk, None))
            .compare("the page, as without it", format!("status {status}"))
            .by(&study.contract, format!("{}/x-contract/expands", operation.pointer))
            .under(study, &lists.about, Level::Deny)
            .mark(format!("{name} refused")),
    )
}

/// The same question without its expansion.
struct Plain<'a> {
    case: Case,
    rows: Vec<&'a Row>,
    /// Whether the rows are all that match.
    complete: bool,
}

/// What an expansion changes.
struct Change {
    title: &'static str,
    expected: String,
    actual: String,
    /// Index of the row of the expanded walk where it shows.
    at: usize,
    shown: String,
}

impl<'a> Plain<'a> {
    fn of(study: &'a Study, operation: &'a Operation, lists: &Lists, walk: &WalkSeen) -> Option<Self> {
        if walk.walk.query.filters.is_empty() {
            let reference = study.reference(&operation.id)?;
            let rows = reference.rows.iter().take(reference.ordered).map(AsRef::as_ref).collect();
            let case = Case::Walk(study.reference_walk(operation, lists));
            return Some(Self { case, rows, complete: reference.complete });
        }
        let question = Query { expand: Vec::new(), ..walk.walk.query.clone() };
        let twin = |other: &WalkSeen| other.walk.query == question && !other.pages.is_empty();
        let (case, twin) = study.walks(&operation.id).find(|(_, other)| twin(other))?;
        let rows = twin.rows.iter().map(AsRef::as_ref).collect();
        Some(Self { case: case.clone(), rows, complete: twin.is_complete() })
    }

    /// The first thing that is not as without the expansion. Records that the plain walk does not know tell nothing: they
    /// may have come in between.
    fn change(&self, lists: &Lists, model: &Model, walk: &WalkSeen, fitting: &Fitting<'_>) -> Option<Change> {
        if let Some(at) = walk.rows.iter().position(|row| fitting.row(row) == Fit::Not) {
            return self.forgotten_filter(walk, fitting, at);
        }
        let by_key: HashMap<&str, usize> =
            self.rows.iter().enumerate().rev().filter_map(|(at, row)| Some((row.key.as_deref()?, at))).collect();
        let place = |row: &Row| by_key.get(row.key.as_deref()?).copied();
        let places: Vec<(usize, usize)> =
            walk.rows.iter().enumerate().filter_map(|(at, row)| Some((at, place(row)?))).collect();
        let order = lists.sort.as_ref().and_then(|sort| sort.default.as_ref());
        let rank = |row: &Row| order.and_then(|order| row.traits.get(model.field(&order.field)?)?.rank(order.order));
        let tie = |one: &Row, two: &Row| rank(one).is_some() && rank(one) == rank(two);
        let late = |pair: &&[(usize, usize)]| pair[0].1 > pair[1].1;
        // Where no order is promised, another one is nobody's fault.
        let apart = |one: &Row, two: &Row| rank(one).is_some() && rank(two).is_some() && !tie(one, two);
        let swapped = places.windows(2).filter(late).find(|pair| apart(self.rows[pair[0].1], self.rows[pair[1].1]));
        if let Some(pair) = swapped {
            return Some(Change {
                title: "changes the order",
                expected: "the order that the list has without it".to_owned(),
                actual: format!("record {} stands before one that comes first", pair[0].0 + 1),
                at: pair[1].0,
                shown: key_of(self.rows[pair[1].1]),
            });
        }
        // How far the walk came, in the order of the plain one; without an order, only the end tells.
        let ordered = !places.windows(2).any(|pair| late(&pair));
        let finished = walk.end == End::Finished;
        let reach = match finished && self.complete {
            true => self.rows.len(),
            _ if ordered => places.last().map_or(0, |(_, last)| *last),
            _ => 0,
        };
        let shown: HashSet<&str> = walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
        let last = places.last().and_then(|(_, last)| self.rows.get(*last).copied());
        let left_out = |row: &&&Row| {
            let known = row.key.as_deref().is_some_and(|key| !shown.contains(key));
            // Records that tie with the last one may stand on the next page as well.
            known && (finished || last.is_none_or(|last| !tie(row, last)))
        };
        let missing: Vec<&&Row> = self.rows.iter().take(reach).filter(left_out).collect();
        let first = missing.first()?;
        Some(Change {
            title: "leaves records out",
            expected: format!("the {reach} records that come without it"),
            actual: format!("{} of them are not there", missing.len()),
            at: walk.rows.len().saturating_sub(1),
            shown: key_of(first),
        })
    }
    /// What does not fit the filter. One that does nothing without the expansion either is no matter of it.
    fn forgotten_filter(&self, walk: &WalkSeen, fitting: &Fitting<'_>, at: usize) -> Option<Change> {
        let without = self.rows.iter().all(|row| fitting.row(row) != Fit::Not);
        without.then(|| Change {
            title: "forgets the filter",
            expected: "records that fit the filter, as without it".to_owned(),
            actual: "a record that does not fit".to_owned(),
            at,
            shown: key_of(&walk.rows[at]),
        })
    }
}

fn key_of(row: &Row) -> String {
    row.key.clone().unwrap_or_default().into_string()
}
