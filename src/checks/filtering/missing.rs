//! Known records that had to be in an answer and are not.

use std::collections::HashSet;

use crate::case::Query;
use crate::contract::semantics::{self, Lists, Order};
use crate::study::{End, Fit, Fitting, Model, Reference, Row, Study, WalkSeen};

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

/// For a walk that was cut off: which records its order has certainly passed; `None` when that cannot be told.
fn passed<'a>(lists: &'a Lists, model: &'a Model, walk: &WalkSeen) -> Option<impl Fn(&Row) -> bool + use<'a>> {
    let default = lists.sort.as_ref()?.default.as_ref()?;
    if walk.end != End::Capped || walk.walk.query.sort.is_some() || default.order == Order::Text {
        return None;
    }
    let index = model.field(&default.field)?;
    let sign = match default.direction? {
        semantics::Direction::Ascending => 1.0,
        semantics::Direction::Descending => -1.0,
    };
    let rank = move |row: &Row| Some(row.traits.get(index)?.rank(default.order)? * sign);
    let ranks: Option<Vec<f64>> = walk.rows.iter().map(|row| rank(row)).collect();
    let ranks = ranks.filter(|ranks| ranks.is_sorted())?;
    let (first, last) = (*ranks.first()?, *ranks.last()?);
    Some(move |row: &Row| rank(row).is_some_and(|rank| rank > first && rank < last))
}
