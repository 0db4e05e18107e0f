//! A list whose records are known, and how large the walks over it are.

use indexmap::IndexMap;
use serde_json::Value;

use super::values::number_value;
use crate::case::{Case, Query};
use crate::checks::draw::draw;
use crate::contract::Operation;
use crate::contract::semantics::Lists;
use crate::document::node;
use crate::study::{Fit, Fitting, Model, Seen, Study, Trait, WalkSeen};

/// Most pages of one filtered or sorted walk.
pub(crate) const MOST_PAGES: u32 = 6;

/// A list whose records are known, so that questions about it can be planned.
///
/// It rests on one walk and not on all plain ones: the plan must not change with every further walk.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) lists: &'a Lists,
    pub(crate) model: &'a Model,
    pub(crate) walk: &'a WalkSeen,
    /// Position of the walk among the cases of the study.
    position: usize,
}

impl<'a> Ground<'a> {
    /// The ground of a list; `None` before its records are known.
    pub(crate) fn of(study: &'a Study, operation: &'a Operation) -> Option<Self> {
        let lists = operation.clause.lists.as_ref()?;
        let model = study.model(&operation.id)?;
        let walks = [study.reference_walk(operation, lists), study.default_walk(operation)];
        walks.map(Case::Walk).into_iter().find_map(|case| match study.get(&case) {
            Some(Seen::Walk(walk)) if !walk.pages.is_empty() => {
                Some(Self { operation, lists, model, walk, position: study.position(&case)? })
            }
            _ => None,
        })
    }

    /// Distinct values of a field, each with how often it was seen, in the order seen. Empty texts and texts with control
    /// characters are left out: they are no values that a client would filter by.
    pub(crate) fn held(&self, field: &str) -> Vec<(Value, usize)> {
        let mut held: IndexMap<String, (Value, usize)> = IndexMap::new();
        let mut add = |value: Value| {
            let usable = match &value {
                Value::String(text) => !text.trim().is_empty() && !text.chars().any(char::is_control),
                Value::Number(_) | Value::Bool(_) => true,
                _ => false,
            };
            if usable {
                held.entry(value.to_string()).or_insert((value, 0)).1 += 1;
            }
        };
        let Some(index) = self.model.field(field) else { return Vec::new() };
        let hashed = self.walk.rows.iter().any(|row| matches!(row.traits.get(index), Some(Trait::Hashed(..))));
        if hashed {
            for (_, record) in &self.walk.samples {
                add(node(record, field).cloned().unwrap_or_default());
            }
        } else {
            for row in &self.walk.rows {
                match row.traits.get(index) {
                    Some(Trait::Text(text, _)) => add(Value::String(text.to_string())),
                    Some(Trait::Bool(flag)) => add(Value::Bool(*flag)),
                    Some(Trait::Number(number)) => add(number_value(*number)),
                    _ => {}
                }
            }
        }
        held.into_values().collect()
    }

    /// How many known records a query must or may give; `None` when that cannot be told.
    pub(crate) fn matches(&self, query: &Query) -> Option<usize> {
        let fitting = Fitting::new(self.lists, self.model, &query.filters);
        let mut count = 0;
        for row in &self.walk.rows {
            match fitting.row(row) {
                Fit::Must | Fit::May => count += 1,
                Fit::Not => {}
                Fit::Unknown => return None,
            }
        }
        Some(count)
    }

    /// Whether some known record must be in the answer to a query.
    pub(crate) fn must_match(&self, query: &Query) -> bool {
        let fitting = Fitting::new(self.lists, self.model, &query.filters);
        self.walk.rows.iter().any(|row| fitting.row(row) == Fit::Must)
    }

    /// A walk over a query in about `pages` pages, by the number of records that it should give.
    pub(crate) fn walk_of(&self, mut query: Query, pages: usize) -> Case {
        let largest = most_size(self.lists);
        let (size, most) = match self.matches(&query) {
            // One page of the largest size; a second one when that is known to hold the rest.
            Some(matches) if pages <= 1 => (largest, if matches as u64 >= largest { 2 } else { 1 }),
            None if pages <= 1 => (largest, 1),
            None => (largest, 3),
            Some(0..=3) => (10, 2),
            // One more than the matches, so that the last page is not full and costs no further request.
            Some(matches) => (((matches + 1).div_ceil(pages)) as u64, MOST_PAGES),
        };
        query.size = Some(lawful_size(self.lists, size));
        Case::pages(query, most)
    }

    /// Names what something is chosen for, and the one walk that the choice rests on.
    pub(crate) fn purpose(&self, what: &str) -> String {
        format!("{} {what} by case {}", self.operation.id, self.position)
    }

    /// A plain query of the list.
    pub(crate) fn query(&self) -> Query {
        Query::new(&self.operation.id, None)
    }

    /// Draws up to `count` distinct indices below `below`, in drawn order.
    pub(crate) fn indices(&self, study: &Study, salt: &str, below: usize, count: usize) -> Vec<usize> {
        if below == 0 {
            return Vec::new();
        }
        let mut indices = Vec::new();
        for index in draw(study, &format!("{} {salt}", self.operation.id), &(0..below), count * 3) {
            if indices.len() < count && !indices.contains(&index) {
                indices.push(index);
            }
        }
        indices
    }
}

/// The walk that must be seen before anything else of a list can be planned; nothing once it was asked.
pub(crate) fn foundation(study: &Study, operation: &Operation, lists: &Lists) -> Vec<Case> {
    let walk = Case::Walk(study.reference_walk(operation, lists));
    if study.has(&walk) { Vec::new() } else { vec![walk] }
}

/// Plans for every list: its foundation first, then what `plan` asks of it. That rests on the ground and on what the run
/// may use, so it is worked out once for each `purpose`, however often planning asks.
pub(crate) fn plan_each(study: &Study, purpose: &str, plan: impl Fn(Ground<'_>) -> Vec<Case>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (operation, lists) in study.lists() {
        match Ground::of(study, operation) {
            Some(ground) => cases.extend(study.choose(ground.purpose(purpose), || plan(ground))),
            None => cases.extend(foundation(study, operation, lists)),
        }
    }
    cases
}

/// The nearest lawful page size.
pub(crate) fn lawful_size(lists: &Lists, size: u64) -> u64 {
    let least = lists.page.size.as_ref().and_then(|size| size.min).unwrap_or(1).max(1);
    size.clamp(least, most_size(lists).max(least))
}

/// The largest page size that is worth asking for.
pub(crate) fn most_size(lists: &Lists) -> u64 {
    lists.page.size.as_ref().and_then(|size| size.max).unwrap_or(100).min(1000)
}
