//! How much of the contract a run saw: answers, parameters, enumeration members, optional fields, filters, orders.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::case::Case;
use crate::contract::semantics::{Filter, Match};
use crate::contract::{Contract, Operation, Status};
use crate::document::text_of;
use crate::event::{Coverage, CoverageItem, Declared, OperationTotals};
use crate::study::{Counted, Row, Seen, Study, Tally, Trait, WalkSeen};

/// Totals per operation, in document order; takes the verdicts of each.
pub(super) fn totals(
    contract: &Contract,
    studies: &[Study],
    outcomes: &mut BTreeMap<String, BTreeMap<String, u64>>,
) -> Vec<OperationTotals> {
    contract
        .operations
        .iter()
        .map(|operation| {
            let mut totals = OperationTotals {
                operation: operation.id.clone(),
                endpoint: operation.endpoint(),
                outcomes: outcomes.remove(&operation.id).unwrap_or_default(),
                ..OperationTotals::default()
            };
            let mut keys: BTreeSet<&str> = BTreeSet::new();
            for (case, seen) in all(studies).filter(|(case, _)| case.operation() == operation.id) {
                totals.requests += seen.answers().iter().filter(|answer| !answer.is_unsent()).count() as u64;
                match (case, seen) {
                    (_, Seen::Walk(walk)) => {
                        totals.pages += walk.pages.len() as u64;
                        keys.extend(walk.rows.iter().filter_map(|row| row.key.as_deref()));
                    }
                    (Case::Call(call), Seen::Answer(answer))
                        if answer.is_success() && operation.clause.reads.is_some() =>
                    {
                        let by = operation.clause.reads.iter().flat_map(|reads| &reads.by);
                        keys.extend(by.filter_map(|by| call.value(&by.slot)).filter_map(|value| value.as_str()));
                    }
                    _ => {}
                }
            }
            totals.records = keys.len() as u64;
            totals
        })
        .collect()
}

/// What was seen of everything that the contract declares.
pub(super) fn coverage(contract: &Contract, studies: &[Study]) -> Coverage {
    let mut items = Vec::new();
    for operation in &contract.operations {
        answers(studies, operation, &mut items);
        parameters(studies, operation, &mut items);
        questions(studies, operation, &mut items);
    }
    members(contract, studies, &mut items);
    Coverage { items }
}

/// Every case of all studies.
fn all(studies: &[Study]) -> impl Iterator<Item = (&Case, &Seen)> {
    studies.iter().flat_map(Study::iter)
}

fn item(kind: Declared, scope: &str, name: String, seen: u64, excused: &str) -> CoverageItem {
    CoverageItem { kind, scope: scope.to_owned(), name, seen, excused: excused.to_owned() }
}

fn answers(studies: &[Study], operation: &Operation, items: &mut Vec<CoverageItem>) {
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for answer in
        studies.iter().flat_map(|study| study.all_answers(&operation.id)).filter(|answer| answer.failure.is_none())
    {
        let Some(response) = answer.status.and_then(|status| operation.response(status)) else { continue };
        // An answer counts for what declares it, such as `*/*`; where nothing does, for nothing.
        let declared = || answer.content_type.as_deref().and_then(|got| response.media_for(got));
        let media = if response.media.is_empty() {
            String::new()
        } else if let Some(media) = declared() {
            media.name.clone()
        } else {
            continue;
        };
        *counts.entry((response.status.to_string(), media)).or_default() += 1;
    }
    for response in &operation.responses {
        // Nobody provokes these on purpose.
        let excused = match response.status {
            Status::Exact(429) => "never provoked",
            Status::Exact(500..=599) | Status::Class(5) => "never provoked",
            Status::Default | Status::Class(_) => "stands for whatever else comes",
            Status::Exact(_) => "",
        };
        let names: Vec<String> = if response.media.is_empty() {
            vec![String::new()]
        } else {
            response.media.iter().map(|media| media.name.clone()).collect()
        };
        for media in names {
            let seen = counts.get(&(response.status.to_string(), media.clone())).copied().unwrap_or(0);
            items.push(item(
                Declared::Answer,
                &operation.id,
                format!("{} {media}", response.status).trim().to_owned(),
                seen,
                excused,
            ));
        }
    }
}

fn parameters(studies: &[Study], operation: &Operation, items: &mut Vec<CoverageItem>) {
    for parameter in &operation.parameters {
        let Some(slot) = parameter.slot() else { continue };
        let answers = studies.iter().flat_map(|study| study.all_answers(&operation.id));
        let answers = answers.filter(|answer| !answer.is_unsent());
        let sent = answers.filter(|answer| answer.call.value(&slot).is_some() || parameter.required).count() as u64;
        items.push(item(Declared::Parameter, &operation.id, parameter.name.clone(), sent, ""));
    }
}

fn questions(studies: &[Study], operation: &Operation, items: &mut Vec<CoverageItem>) {
    let Some(lists) = &operation.clause.lists else { return };
    let was_sent = |walk: &WalkSeen| walk.answers.iter().any(|answer| !answer.is_unsent());
    let walks = studies.iter().flat_map(|study| study.walks(&operation.id));
    let walks: Vec<_> = walks.filter(|(_, walk)| was_sent(walk)).map(|(_, walk)| &walk.walk.query).collect();
    for name in lists.filters.keys() {
        let seen = walks.iter().filter(|query| query.filters.iter().any(|(known, _)| known == name)).count() as u64;
        items.push(item(Declared::Filter, &operation.id, name.clone(), seen, ""));
    }
    let Some(sort) = &lists.sort else { return };
    for name in sort.fields.keys().chain(sort.values.keys()) {
        let chosen = |query: &&&crate::case::Query| {
            query.sort.as_ref().is_some_and(|choice| choice.by.as_deref() == Some(name.as_str()))
        };
        items.push(item(Declared::Sort, &operation.id, name.clone(), walks.iter().filter(chosen).count() as u64, ""));
    }
}

/// Filters and orders that were promised and never asked for, although the list has records: nothing was found wrong with
/// them because nothing was looked at.
pub(super) fn untried(study: &Study, coverage: &Coverage) -> Vec<String> {
    let mut remarks = Vec::new();
    for (operation, _) in study.lists() {
        if study.reference(&operation.id).is_none_or(|reference| reference.rows.len() < 2) {
            continue;
        }
        let unseen = |kind: Declared| -> Vec<&str> {
            let of = |item: &&CoverageItem| item.kind == kind && item.scope == operation.id && item.seen == 0;
            coverage.items.iter().filter(of).map(|item| item.name.as_str()).collect()
        };
        let (bounds, filters) =
            unseen(Declared::Filter).into_iter().partition(|name| is_bound_on_texts(study, operation, name));
        for (names, words, way) in [
            (filters, "filter", "records show no value to ask for; name some under `values` of the filter's clause"),
            (
                bounds,
                "filter",
                "texts as records show them there are ordered by a collation, and nothing says which; only texts of one \
                 length that differ in digits alone are compared",
            ),
            (unseen(Declared::Sort), "order", "no two records show values that can be compared"),
        ] {
            if !names.is_empty() {
                let many = if names.len() == 1 { "" } else { "s" };
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                remarks.push(format!("{}: {words}{many} {} not tried: {way}", operation.id, names.join(", ")));
            }
        }
    }
    remarks
}

/// Whether a filter is a bound on a field in which the records show texts.
fn is_bound_on_texts(study: &Study, operation: &Operation, name: &str) -> bool {
    let filter = operation.clause.lists.as_ref().and_then(|lists| lists.filters.get(name));
    let bound =
        |filter: &&Filter| matches!(filter.matching, Match::AtLeast | Match::AtMost | Match::Above | Match::Below);
    let field = filter.filter(bound).and_then(|filter| filter.field.as_deref());
    let index = field.and_then(|field| study.model(&operation.id)?.field(field));
    let (Some(index), Some(reference)) = (index, study.reference(&operation.id)) else { return false };
    let is_text = |row: &Arc<Row>| matches!(row.traits.get(index), Some(Trait::Text(..) | Trait::Hashed(..)));
    reference.rows.iter().any(is_text)
}

/// Enumeration members and optional fields, by schema.
fn members(contract: &Contract, studies: &[Study], items: &mut Vec<CoverageItem>) {
    let mut tally = Tally::new();
    for (_, seen) in all(studies) {
        for answer in seen.answers() {
            for (key, count) in &answer.body.tally {
                *tally.entry(*key).or_default() += count;
            }
        }
    }
    for shape in contract.shapes.iter() {
        let scope = shape.pointer.rsplit("/schemas/").next().unwrap_or(&shape.pointer).to_owned();
        let count = |what: Counted, index: usize| {
            u16::try_from(index).ok().and_then(|index| tally.get(&(shape.id, what, index))).copied().unwrap_or(0)
        };
        for (index, option) in shape.options.iter().chain(&shape.known).enumerate() {
            if !option.is_null() {
                let name = text_of(option);
                items.push(item(Declared::Enum, &scope, name, count(Counted::Option, index), ""));
            }
        }
        let both = |index: usize| count(Counted::Present, index) + count(Counted::Absent, index);
        let visited = (0..shape.members.len()).any(|index| both(index) > 0);
        for (index, name) in shape.members.keys().enumerate() {
            if visited && !shape.required.contains(name) {
                for (how, what) in [("present", Counted::Present), ("absent", Counted::Absent)] {
                    items.push(item(Declared::Optional, &scope, format!("{name} {how}"), count(what, index), ""));
                }
            }
        }
    }
}
