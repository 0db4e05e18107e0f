//! Bodies that were judged before, byte for byte as the answer to the same request: what came of them is remembered.
//!
//! One run hardly sees the same body twice. The many runs of the kill matrix see little else, and share one memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::body::BodyFacts;
use super::observation::Observation;
use super::row::Row;

/// Bytes of bodies remembered; read and judged they take about eight times as much.
const MOST_BYTES: usize = 32 << 20;
/// Bodies of which only the fingerprint is known: whatever comes once is not kept.
const MOST_GLIMPSED: usize = 1 << 20;

/// A body that came before.
#[derive(Debug)]
pub struct Remembered {
    pub(super) json: Arc<Value>,
    pub(super) body: Arc<BodyFacts>,
    /// The records of a page with what they are reduced to; it is done once.
    rows: OnceLock<Vec<(Arc<Value>, Arc<Row>)>>,
}

/// A record as it comes: in the page that is judged, or shared with other runs.
pub(crate) enum Held<'a> {
    OfPage(&'a Value),
    Shared(Arc<Value>),
}

impl Held<'_> {
    /// The record, to be kept beyond the page.
    pub(crate) fn keep(&self) -> Arc<Value> {
        match self {
            Self::OfPage(record) => Arc::new((*record).clone()),
            Self::Shared(record) => Arc::clone(record),
        }
    }
}

impl std::ops::Deref for Held<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Self::OfPage(record) => record,
            Self::Shared(record) => record,
        }
    }
}

/// The records of a page with what they are reduced to, by `reduce`, unless another run did that before.
pub(crate) fn reduced<'i>(
    known: Option<&Remembered>,
    items: &[&'i Value],
    reduce: impl Fn(&Value) -> Arc<Row>,
) -> Vec<(Held<'i>, Arc<Row>)> {
    match known {
        Some(known) => {
            let fresh = || items.iter().map(|record| (Arc::new((*record).clone()), reduce(record))).collect();
            let rows = known.rows.get_or_init(fresh);
            rows.iter().map(|(record, row)| (Held::Shared(Arc::clone(record)), Arc::clone(row))).collect()
        }
        None => items.iter().map(|record| (Held::OfPage(record), reduce(record))).collect(),
    }
}

/// Bodies that came more than once.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    known: HashMap<u128, Arc<Remembered>>,
    /// Bodies that came once, with the run in which they did.
    glimpsed: HashMap<u128, u32>,
    bytes: usize,
}

impl Bodies {
    /// The body of a fingerprint, if it came before.
    pub(super) fn recall(&self, key: u128) -> Option<Arc<Remembered>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).known.get(&key).cloned()
    }

    /// Remembers what a body came to, from the second run on that sees it.
    pub(super) fn remember(&self, run: u32, key: u128, seen: &Observation) {
        let Some(json) = &seen.json else { return };
        let mut held = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(first) = held.glimpsed.get(&key).copied() else {
            if held.glimpsed.len() < MOST_GLIMPSED {
                held.glimpsed.insert(key, run);
            }
            return;
        };
        if first == run {
            return;
        }
        if held.bytes + seen.bytes > MOST_BYTES {
            return;
        }
        held.bytes += seen.bytes;
        let known = Remembered { json: Arc::clone(json), body: Arc::clone(&seen.body), rows: OnceLock::new() };
        held.known.insert(key, Arc::new(known));
    }
}
