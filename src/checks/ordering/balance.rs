//! Records that a sorted walk repeats and leaves out.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::looks::{Look, Reading};
use super::ranks::ranks;
use crate::case::Case;
use crate::checks::filtering::Must;
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
        let must = Must::new(lists, model, &walk.walk.query, reference);
        let passed = passed(model, look);
        for row in &reference.rows {
            let Some(key) = row.key.as_deref() else { continue };
            if passed(row) && must.hold(row) {
                balance.wanted += 1;
                if !first.contains_key(key) {
                    balance.missing.push(key.into());
                }
            }
        }
        let odd = !balance.repeated.is_empty() || !balance.missing.is_empty();
        // Where pages are counted, another order among equals gives as many records: what comes again stands for what does not
        // come.
        let counted = (lists.page.offset.is_some() || lists.page.number.is_some()) && walk.is_complete();
        let even = !counted || balance.repeated.is_empty() == balance.missing.is_empty();
        balance.by_ties = odd && even && is_by_ties(model, look, reference, &balance);
    }
    balance
}

/// The walk in another order that lacks what a walk lacks, where every such walk does: no tie hides a record from all of
/// them, whatever stands at their page borders.
pub(crate) fn also_lost_by<'a>(
    study: &Study,
    operation: &Operation,
    look: &Look<'_>,
    looks: &[Look<'a>],
) -> Option<&'a Case> {
    let own = balance(study, operation, look);
    if look.is_second() || !own.by_ties || !own.repeated.is_empty() {
        return None;
    }
    let others = looks
        .iter()
        .filter(|other| other.wish.choice != look.wish.choice && !other.is_second() && other.walk.is_complete());
    let mut beside = None;
    for other in others {
        let theirs = balance(study, operation, other);
        if own.missing.iter().any(|key| !theirs.missing.contains(key)) {
            return None;
        }
        beside = beside.or(Some(other.case));
    }
    beside
}

/// Tells which records a walk has certainly passed: all of them at its end; where it was cut off, and is in order, those
/// whose value comes strictly before the last one seen.
fn passed<'a>(model: &'a Model, look: &'a Look<'_>) -> impl Fn(&Arc<Row>) -> bool + use<'a> {
    let cut_off = look.walk.end == crate::study::End::Capped && look.wish.field.order != Order::Text;
    let direction = look.wish.direction.filter(|_| cut_off && look.reading == Reading::Ordered);
    let last = direction.and_then(|direction| {
        let seen = ranks(model, look.wish.field, &look.walk.rows);
        seen.last().map(|(_, last)| (direction, *last))
    });
    let complete = look.walk.is_complete();
    move |row| {
        let own = || ranks(model, look.wish.field, std::slice::from_ref(row)).first().map(|(_, own)| *own);
        complete
            || last.is_some_and(|(direction, last)| {
                own().is_some_and(|own| match direction {
                    Direction::Ascending => own < last,
                    Direction::Descending => own > last,
                })
            })
    }
}

fn is_by_ties(model: &Model, look: &Look<'_>, reference: &Reference, balance: &Balance) -> bool {
    let Some(index) = model.field(&look.wish.field.field) else { return false };
    let value = |row: &Arc<Row>| row.traits.get(index).cloned();
    let mut borders: Vec<Trait> = Vec::new();
    for start in look.walk.starts.iter().skip(1).filter(|start| **start > 0) {
        let (before, after) = (look.walk.rows.get(start - 1), look.walk.rows.get(*start));
        // A record that got lost at the border may leave its equals on one side only.
        borders.extend(before.into_iter().chain(after).filter_map(value));
    }
    let mut counts: Vec<(Trait, HashSet<&str>)> = Vec::new();
    for row in &reference.rows {
        let (Some(held), Some(key)) = (value(row), row.key.as_deref()) else { continue };
        if borders.iter().any(|border| is_tie(border, &held)) {
            match counts.iter_mut().find(|(known, _)| is_tie(known, &held)) {
                Some((_, keys)) => {
                    keys.insert(key);
                }
                None => counts.push((held, HashSet::from([key]))),
            }
        }
    }
    let tied = |key: &str| {
        let held = reference.get(key).and_then(value);
        held.is_some_and(|held| counts.iter().any(|(known, keys)| is_tie(known, &held) && keys.len() > 1))
    };
    let mut all = balance.repeated.iter().map(|(key, _)| &**key).chain(balance.missing.iter().map(|key| &**key));
    all.all(tied)
}

/// Whether a server may take two values for equal: texts in spite of letter case, and whatever is nothing.
fn is_tie(one: &Trait, two: &Trait) -> bool {
    match (one, two) {
        (Trait::Text(one, _), Trait::Text(two, _)) => one == two || one.to_lowercase() == two.to_lowercase(),
        (Trait::Hashed(_, one, _), Trait::Hashed(_, two, _)) => one == two,
        _ => one == two || (one.is_nothing() && two.is_nothing()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_tie_in_spite_of_letter_case() {
        let text = |text: &str| Trait::Text(text.into(), None);
        assert!(is_tie(&text("Ann"), &text("ann")) && !is_tie(&text("Ann"), &text("Anna")));
        assert!(is_tie(&Trait::Hashed(1, 7, None), &Trait::Hashed(2, 7, None)));
        assert!(is_tie(&Trait::Null, &Trait::Absent) && !is_tie(&Trait::Null, &Trait::Bool(false)));
    }
}
