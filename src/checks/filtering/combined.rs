//! Filters sent together.

use std::collections::HashSet;

use serde_json::Value;

use super::ground::{Ground, plan_each};
use super::is_light;
use super::trials::trials;
use super::values::{is_sendable, is_special, is_unknown};
use crate::case::Case;
use crate::contract::semantics::{Filter, Match};
use crate::document::text_of;
use crate::study::{Fit, Fitting, Row, Study, Wanted};

/// Filters sent together: pairs and one triple, each with the values that one drawn record has, so that at least this
/// record matches (a filter that takes a list gets another record's value as well); only combinations in which every filter excludes something that the others let through.
pub(crate) fn plan_combined(study: &Study) -> Vec<Case> {
    plan_each(study, "combinations", |ground| combinations(study, &ground))
}

fn combinations(study: &Study, ground: &Ground<'_>) -> Vec<Case> {
    let usable = usable(study, ground);
    let left_out = LeftOut::of(ground);
    let subsets = [2, 3].map(|width| {
        let mut all = subsets(usable.len(), width);
        all.retain(|names| go_together(&usable, names));
        all
    });
    let mut cases: Vec<Case> = Vec::new();
    let mut taken: HashSet<&[usize]> = HashSet::new();
    for index in ground.indices(study, "combinations", ground.walk.samples.len(), 16) {
        let (row, record) = &ground.walk.samples[index];
        let Some(row) = ground.walk.rows.get(*row) else { continue };
        // Each filter is held against all records once, for each place that it can stand at.
        let terms: Vec<[Option<Term<'_>>; 3]> = usable
            .iter()
            .map(|filter| std::array::from_fn(|place| term(study, ground, *filter, (row, record), place)))
            .collect();
        for (subsets, most) in subsets.iter().zip([2, 1]) {
            let width = subsets.first().map_or(0, Vec::len);
            if taken.iter().filter(|names| names.len() == width).count() >= most {
                continue;
            }
            // Those come first whose filters were not sent together with others yet.
            let known =
                |names: &[usize]| names.iter().filter(|name| taken.iter().any(|set| set.contains(name))).count();
            let mut fresh: Vec<&Vec<usize>> =
                subsets.iter().filter(|names| !taken.contains(names.as_slice())).collect();
            fresh.sort_by_key(|names| known(names));
            let telling = fresh.into_iter().filter_map(|names| {
                let chosen: Option<Vec<&Term<'_>>> =
                    names.iter().enumerate().map(|(place, name)| terms[*name][place].as_ref()).collect();
                Some((names, chosen.filter(|chosen| left_out.is_telling(chosen))?))
            });
            if let Some((names, chosen)) = { telling }.next() {
                let query =
                    chosen.iter().fold(ground.query(), |query, term| query.filter(term.name, term.sent.clone()));
                taken.insert(names);
                cases.push(ground.walk_of(query, 2));
            }
        }
    }
    cases
}

/// Filters that can be held against records, and are not light.
fn usable<'a>(study: &Study, ground: &Ground<'a>) -> Vec<(&'a str, &'a Filter)> {
    ground
        .lists
        .filters
        .iter()
        .filter(|(_, filter)| {
            let told = filter.field.is_some() || filter.rule.is_some();
            !is_light(study, filter) && filter.matching != Match::Contains && told
        })
        .map(|(name, filter)| (name.as_str(), filter))
        .collect()
}

/// Whether filters can be sent at once: of those of one place that cannot be one, the last would be all that is sent.
fn go_together(usable: &[(&str, &Filter)], names: &[usize]) -> bool {
    let mut filters = names.iter().map(|name| usable[*name].1);
    while let Some(filter) = filters.next() {
        if !filters.clone().all(|other| filter.goes_with(other)) {
            return false;
        }
    }
    true
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

/// A filter with a value that a drawn record has.
struct Term<'a> {
    name: &'a str,
    field: &'a str,
    sent: Value,
    /// For each known record, whether it fits.
    fits: Vec<Fit>,
}

fn term<'a>(
    study: &Study,
    ground: &Ground<'_>,
    (name, filter): (&'a str, &'a Filter),
    (row, record): (&Row, &Value),
    place: usize,
) -> Option<Term<'a>> {
    let exact = matches!(filter.matching, Match::Equal | Match::AnyOf) && filter.rule.is_none();
    if !exact {
        // A bound, or a value of a rule: the first that the record fits.
        let (sent, wanted) = trials(study, ground, name, filter)
            .into_iter()
            .map(|value| (Wanted::new(ground.model, name, filter, &value), value))
            .find_map(|(wanted, value)| (wanted.row(row) == Fit::Must).then_some((value, wanted)))?;
        let fits = ground.walk.rows.iter().map(|row| wanted.row(row)).collect();
        let special = is_special(&text_of(&sent));
        return (!special).then(|| Term { name, field: filter.field.as_deref().unwrap_or(name), sent, fits });
    }
    let field = filter.field.as_deref()?;
    let value = record.pointer(field).filter(|value| !value.is_null() && text_of(value).trim() != "")?;
    let scalar = value.is_string() || value.is_number() || value.is_boolean();
    let unknown = is_unknown(&study.contract, ground.operation, filter, value);
    let sendable = is_sendable(&study.contract, ground.operation, filter, value);
    if !scalar || unknown || !sendable || is_special(&text_of(value)) {
        return None;
    }
    let sent = match filter.matching {
        Match::AnyOf => Value::Array(with_another(study, ground, field, value, place)),
        _ => value.clone(),
    };
    if is_unknown(&study.contract, ground.operation, filter, &sent) {
        return None;
    }
    let wanted = Wanted::new(ground.model, name, filter, &sent);
    let fits = ground.walk.rows.iter().map(|row| wanted.row(row)).collect();
    Some(Term { name, field, sent, fits })
}

/// What it means for each known record that a filter is left out.
struct LeftOut<'a> {
    fits: Vec<(&'a str, Vec<Fit>)>,
    records: usize,
}

impl<'a> LeftOut<'a> {
    fn of(ground: &Ground<'a>) -> Self {
        let rows = &ground.walk.rows;
        let fits = ground.lists.filters.iter().filter(|(_, filter)| filter.absent.is_some()).map(|(name, _)| {
            let fitting = Fitting::of_absent(ground.lists, ground.model, name);
            (name.as_str(), rows.iter().map(|row| fitting.row(row)).collect())
        });
        Self { fits: fits.collect(), records: rows.len() }
    }

    /// How many known records filters must or may let through together; `None` where that cannot be told.
    fn matches(&self, terms: &[&Term<'_>]) -> Option<usize> {
        let absent = self.fits.iter().filter(|(name, _)| terms.iter().all(|term| term.name != *name));
        let all: Vec<&[Fit]> = terms.iter().map(|term| &*term.fits).chain(absent.map(|(_, fits)| &**fits)).collect();
        let mut count = 0;
        for row in 0..self.records {
            let fits = || all.iter().map(|fits| fits[row]);
            if fits().any(|fit| fit == Fit::Not) {
                continue;
            }
            if fits().any(|fit| fit == Fit::Unknown) {
                return None;
            }
            count += 1;
        }
        Some(count)
    }

    /// Whether some record matches, and every filter excludes something that the others let through.
    fn is_telling(&self, terms: &[&Term<'_>]) -> bool {
        let fields: HashSet<&str> = terms.iter().map(|term| term.field).collect();
        if fields.len() < terms.len() {
            return false;
        }
        let Some(together) = self.matches(terms).filter(|together| *together > 0) else { return false };
        (0..terms.len()).all(|out| {
            let fewer = [&terms[..out], &terms[out + 1..]].concat();
            self.matches(&fewer).is_some_and(|matches| matches > together)
        })
    }
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
