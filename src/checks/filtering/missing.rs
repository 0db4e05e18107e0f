//! Known records that had to be in an answer and are not.

use std::collections::HashSet;

use crate::case::{Access, Case, Query};
use crate::checks::ordering::inversions;
use crate::contract::Operation;
use crate::contract::semantics::{self, Lists, Order};
use crate::study::{End, Fit, Fitting, Model, Rank, Reference, Row, Seen, Study, WalkSeen};

/// Tells which known records must be in the answer to a query; a kept sample helps where the reduced record cannot say.
pub(crate) struct Must<'a> {
    fitting: Fitting<'a>,
    reference: &'a Reference,
}

impl<'a> Must<'a> {
    pub(crate) fn new(lists: &'a Lists, model: &'a Model, query: &Query, reference: &'a Reference) -> Self {
        Self { fitting: Fitting::new(lists, model, &query.filters), reference }
    }

    pub(crate) fn hold(&self, row: &Row) -> bool {
        match self.fitting.row(row) {
            Fit::Must => true,
            Fit::Unknown => {
                let sample = row.key.as_deref().and_then(|key| self.reference.sample(key));
                sample.is_some_and(|record| self.fitting.must_hold(record))
            }
            _ => false,
        }
    }
}

/// Known records that had to be in a walk and are not; with how many had to be. Only what can be told: all of them when
/// the walk reached its end, else those that the default order puts strictly before the last record seen.
pub(super) fn missing(study: &Study, lists: &Lists, model: &Model, walk: &WalkSeen) -> (usize, Vec<Box<str>>) {
    let Some(reference) = study.reference(&walk.walk.query.operation) else { return (0, Vec::new()) };
    let passed = if walk.is_complete() { Some(None) } else { passed(lists, model, walk).map(Some) };
    let Some(passed) = passed else { return (0, Vec::new()) };
    let seen: HashSet<&str> = walk.rows.iter().chain(&walk.beyond).filter_map(|row| row.key.as_deref()).collect();
    let must = Must::new(lists, model, &walk.walk.query, reference);
    let mut wanted = 0;
    let mut missing = Vec::new();
    for row in &reference.rows {
        let Some(key) = &row.key else { continue };
        if passed.as_ref().is_some_and(|passed| !passed(row)) {
            continue;
        }
        if must.hold(row) {
            wanted += 1;
            if !seen.contains(&**key) {
                missing.push(key.clone());
            }
        }
    }
    (wanted, missing)
}

/// What shows a record that the walk over the whole list at its largest size does not: looking again needs it too.
pub(crate) fn shown_by(study: &Study, operation: &Operation, lists: &Lists, key: &str) -> Option<Case> {
    let shows = |walk: &WalkSeen| walk.rows.iter().any(|row| row.key.as_deref() == Some(key));
    let largest = Case::Walk(study.reference_walk(operation, lists));
    if matches!(study.get(&largest), Some(Seen::Walk(walk)) if shows(walk)) {
        return None;
    }
    let own = study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.access == Access::Own && shows(walk));
    own.min_by_key(|(_, walk)| !walk.walk.query.is_whole()).map(|(case, _)| case.clone())
}

/// For a walk that was cut off: which records its order has certainly passed; `None` when that cannot be told.
fn passed<'a>(lists: &'a Lists, model: &'a Model, walk: &WalkSeen) -> Option<impl Fn(&Row) -> bool + use<'a>> {
    let default = lists.sort.as_ref()?.default.as_ref()?;
    if walk.end != End::Capped || walk.walk.query.sort.is_some() || default.order == Order::Text {
        return None;
    }
    let index = model.field(&default.field)?;
    let direction = default.direction?;
    let rank = move |row: &Row| row.traits.get(index)?.rank(default.order);
    let ranks: Option<Vec<(usize, Rank)>> =
        walk.rows.iter().enumerate().map(|(at, row)| Some((at, rank(row)?))).collect();
    let ranks = ranks.filter(|ranks| inversions(ranks, direction).0 == 0)?;
    let (first, last) = (ranks.first()?.1, ranks.last()?.1);
    let (low, high) = match direction {
        semantics::Direction::Ascending => (first, last),
        semantics::Direction::Descending => (last, first),
    };
    Some(move |row: &Row| rank(row).is_some_and(|rank| rank > low && rank < high))
}
