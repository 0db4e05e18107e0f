//! What the plain walks of a list agree on: the records that there are, and their order.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::{End, Row, Study};
use crate::case::Access;

/// Records of a list, by all plain walks together.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    /// Records in the order of the longest walk, each key once; records that only other walks showed come last.
    pub rows: Vec<Arc<Row>>,
    /// Index into `rows` by key.
    pub by_key: HashMap<Box<str>, usize>,
    /// How many of `rows` come from the longest walk.
    pub ordered: usize,
    /// Whether at least one plain walk reached the end.
    pub complete: bool,
    /// Whether a walk was cut off by the run's own limits.
    pub capped: bool,
    /// Full records that were kept, by key, in order.
    pub samples: Vec<(Box<str>, Arc<Value>)>,
    /// Index into `samples` by key.
    sample_by_key: HashMap<Box<str>, usize>,
    /// Plain walks that it rests on.
    pub walks: usize,
}

impl Reference {
    /// What the walks over a whole list agree on, under some access.
    #[must_use]
    pub(super) fn of(study: &Study, operation: &str, access: Access) -> Self {
        let mut reference = Self::default();
        let whole = |walk: &&super::WalkSeen| walk.walk.query.is_whole() && walk.walk.query.access == access;
        let mut walks: Vec<_> = study.walks(operation).map(|(_, walk)| walk).filter(whole).collect();
        reference.walks = walks.len();
        // The longest first; among equals the first planned, so that the order does not depend on timing.
        walks.sort_by_key(|walk| std::cmp::Reverse(walk.rows.len()));
        for (rank, walk) in walks.iter().enumerate() {
            reference.complete |= walk.end == End::Finished;
            reference.capped |= walk.end == End::Capped && walk.walk.pages.is_none();
            for row in walk.rows.iter().chain(&walk.beyond) {
                let Some(key) = row.key.clone() else { continue };
                if !reference.by_key.contains_key(&key) {
                    reference.by_key.insert(key, reference.rows.len());
                    reference.rows.push(Arc::clone(row));
                }
            }
            if rank == 0 {
                reference.ordered = reference.rows.len();
            }
            for (index, value) in &walk.samples {
                let Some(key) = walk.rows.get(*index).and_then(|row| row.key.clone()) else { continue };
                if !reference.sample_by_key.contains_key(&key) {
                    reference.sample_by_key.insert(key.clone(), reference.samples.len());
                    reference.samples.push((key, Arc::clone(value)));
                }
            }
        }
        reference
    }

    /// The record of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Arc<Row>> {
        self.by_key.get(key).and_then(|index| self.rows.get(*index))
    }

    /// A kept record in full.
    #[must_use]
    pub fn sample(&self, key: &str) -> Option<&Value> {
        let index = self.sample_by_key.get(key)?;
        self.samples.get(*index).map(|(_, value)| &**value)
    }
}
