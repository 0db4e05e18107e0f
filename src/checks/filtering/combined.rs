//! Filters sent together.

use std::collections::HashSet;

use serde_json::Value;

use super::ground::{Ground, plan_each};
use super::is_light;
use super::values::{is_sendable, is_special, is_unknown, text_of};
use crate::case::{Case, Query};
use crate::contract::semantics::{Filter, Match};
use crate::study::Study;

/// Filters sent together: pairs and one triple, each with the values that one drawn record has, so that at least this
/// record matches (a filter that takes a list gets another record's value as well); only combinations in which every filter excludes something that the others let through.
pub(crate) fn plan_combined(study: &Study) -> Vec<Case> {
    plan_each(study, |ground| study.choose(ground.purpose("combinations"), || combinations(study, &ground)))
}

fn combinations(study: &Study, ground: &Ground<'_>) -> Vec<Case> {
    let usable: Vec<(&str, &Filter)> = ground
        .lists
        .filters
        .iter()
        .filter(|(_, filter)| {
            let exact = matches!(filter.matching, Match::Equal | Match::AnyOf);
            !is_light(study, filter) && exact && filter.field.is_some()
        })
        .map(|(name, filter)| (name.as_str(), filter))
        .collect();
    let mut cases: Vec<Case> = Vec::new();
    let mut taken: HashSet<Vec<&str>> = HashSet::new();
    for index in ground.indices(study, "combinations", ground.walk.samples.len(), 16) {
        let record = &ground.walk.samples[index].1;
        for width in [2, 3] {
            let full = taken.iter().filter(|names| names.len() == width).count() >= if width == 2 { 2 } else { 1 };
            if full {
                continue;
            }
            for names in subsets(usable.len(), width) {
                let chosen: Vec<(&str, &Filter)> = names.iter().map(|index| usable[*index]).collect();
                let label: Vec<&str> = chosen.iter().map(|(name, _)| *name).collect();
                if taken.contains(&label) {
                    continue;
                }
                if let Some(query) = telling_combination(study, ground, &chosen, record) {
                    taken.insert(label);
                    cases.push(ground.walk_of(study, query, 2));
                    break;
                }
            }
        }
    }
    cases
}

/// Index sets of a size, in order.
fn subsets(of: usize, size: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    for first in 0..of {
        for second in first + 1..of {
            if size == 2 {
                found.push(vec![first, second]);
            } else {
                found.extend((second + 1..of).map(|third| vec![first, second, third]));
            }
        }
    }
    found
}

fn telling_combination(
    study: &Study,
    ground: &Ground<'_>,
    filters: &[(&str, &Filter)],
    record: &Value,
) -> Option<Query> {
    let mut query = ground.query();
    let mut fields = HashSet::new();
    for (place, (name, filter)) in filters.iter().enumerate() {
        let field = filter.field.as_deref()?;
        let value = record.pointer(field).filter(|value| !value.is_null() && text_of(value).trim() != "")?;
        let scalar = value.is_string() || value.is_number() || value.is_boolean();
        let unknown = is_unknown(&study.contract, ground.operation, filter, value);
        let sendable = is_sendable(&study.contract, ground.operation, filter, value);
        if !fields.insert(field) || !scalar || unknown || !sendable || is_special(&text_of(value)) {
            return None;
        }
        let sent = match filter.matching {
            Match::AnyOf => Value::Array(with_another(study, ground, field, value, place)),
            _ => value.clone(),
        };
        if is_unknown(&study.contract, ground.operation, filter, &sent) {
            return None;
        }
        query = query.filter(name, sent);
    }
    let together = ground.matches(study, &query)?;
    let needed = (0..query.filters.len()).all(|left_out| {
        let mut fewer = query.clone();
        fewer.filters.remove(left_out);
        ground.matches(study, &fewer).is_some_and(|matches| matches > together)
    });
    (together > 0 && needed).then_some(query)
}

/// A value beside another one that some record has; which one depends on the place, so that two lists share one record.
fn with_another(study: &Study, ground: &Ground<'_>, field: &str, value: &Value, place: usize) -> Vec<Value> {
    let held = study.choose(ground.purpose(&format!("held {field}")), || ground.held(field));
    let others: Vec<&Value> =
        held.iter().map(|(other, _)| other).filter(|other| *other != value && !is_special(&text_of(other))).collect();
    let other = others.get((place * 7 + 1) % others.len().max(1)).copied();
    std::iter::once(value).chain(other).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_are_ordered_and_complete() {
        assert_eq!(subsets(3, 2), [[0, 1], [0, 2], [1, 2]]);
        assert_eq!(subsets(4, 3).len(), 4);
    }
}
