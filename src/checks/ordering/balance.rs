//! Records that a sorted walk repeats and leaves out.

use std::collections::{HashMap, HashSet};

use super::looks::{Look, Reading};
use super::ranks::ranks;
use crate::checks::filtering::must;
use crate::contract::Operation;
use crate::contract::semantics::{Direction, Order};
use crate::study::{Model, Reference, Row, Study, Trait};

/// Records that a sorted walk repeats and leaves out, told apart by whether a tie explains them.
#[derive(Debug, Default)]
pub(crate) struct Balance {
    /// Keys that came more than once, with the index of the second showing.
    pub(crate) repeated: Vec<(Box<str>, usize)>,
    /// Keys of known records that had to come and did not.
    pub(crate) missing: Vec<Box<str>>,
    /// Known records that had to come.
    pub(crate) wanted: usize,
    /// Whether every one of them has the value that stands on both sides of a page border.
    pub(crate) by_ties: bool,
}

/// Compares a sorted walk with the whole list.
pub(crate) fn balance(study: &Study, operation: &Operation, look: &Look<'_>) -> Balance {
    let mut balance = Balance::default();
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else { return balance };
    let walk = look.walk;
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (index, row) in walk.rows.iter().enumerate() {
        let Some(key) = row.key.as_deref() else { continue };
        match first.get(key) {
            // A record whose version differs was changed and has moved.
            Some(earlier) if walk.rows[*earlier].version == row.version => balance.repeated.push((key.into(), index)),
            Some(_) => {}
            None => {
                first.insert(key, index);
            }
        }
    }
    if let Some(reference) = study.reference(&operation.id).filter(|_| !look.is_second()) {
        for row in &reference.rows {
            let Some(key) = row.key.as_deref() else { continue };
            let passed = walk.is_complete() || is_passed(model, look, row);
            let known = must(study, lists, model, &walk.walk.query, reference, row);
            if passed && known {
                balance.wanted += 1;
                if !first.contains_key(key) {
                    balance.missing.push(key.into());
                }
            }
        }
        balance.by_ties = is_by_ties(model, look, reference, &balance);
    }
    balance
}

/// Whether a walk that was cut off has certainly passed a record: it is in order, and the record's value comes strictly
/// before the last one seen.
fn is_passed(model: &Model, look: &Look<'_>, row: &Row) -> bool {
    let (Reading::Ordered, Some(direction)) = (&look.reading, look.wish.direction) else { return false };
    if look.wish.field.order == Order::Text || look.walk.end != crate::study::End::Capped {
        return false;
    }
    let seen = ranks(model, look.wish.field, &look.walk.rows);
    let own = ranks(model, look.wish.field, std::slice::from_ref(row));
    match (own.first(), seen.last()) {
        (Some((_, own)), Some((_, last))) => match direction {
            Direction::Ascending => own < last,
            Direction::Descending => own > last,
        },
        _ => false,
    }
}

fn is_by_ties(model: &Model, look: &Look<'_>, reference: &Reference, balance: &Balance) -> bool {
    let Some(index) = model.field(&look.wish.field.field) else { return false };
    let value = |row: &Row| row.traits.get(index).cloned();
    let mut borders: Vec<Trait> = Vec::new();
    for start in look.walk.starts.iter().skip(1).filter(|start| **start > 0) {
        let (before, after) = (look.walk.rows.get(start - 1), look.walk.rows.get(*start));
        // A record that got lost at the border may leave its equals on one side only.
        borders.extend(before.into_iter().chain(after).filter_map(value));
    }
    let mut counts: Vec<(Trait, HashSet<&str>)> = Vec::new();
    for row in &reference.rows {
        let (Some(held), Some(key)) = (value(row), row.key.as_deref()) else { continue };
        if borders.contains(&held) {
            match counts.iter_mut().find(|(known, _)| *known == held) {
                Some((_, keys)) => {
                    keys.insert(key);
                }
                None => counts.push((held, HashSet::from([key]))),
            }
        }
    }
    let tied = |key: &str| {
        let held = reference.get(key).and_then(value);
        held.is_some_and(|held| counts.iter().any(|(known, keys)| *known == held && keys.len() > 1))
    };
    let mut all = balance.repeated.iter().map(|(key, _)| &**key).chain(balance.missing.iter().map(|key| &**key));
    all.all(tied)
}
