//! Bodies that were judged before, byte for byte as the answer to the same request: what came of them is remembered.
//!
//! One run hardly sees the same body twice. The many runs of the kill matrix see little else, and share one memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use super::around::Around;
use super::look::Tally;
use super::observation::{Observation, Reading, RuleBreak};
use super::row::Row;
use crate::contract::{Operation, SchemaError};

/// Bytes of bodies remembered; read and judged they take about eight times as much.
const MOST_BYTES: usize = 32 << 20;
/// Bodies of which only the fingerprint is known: whatever comes once is not kept.
const MOST_GLIMPSED: usize = 1 << 20;

/// What one body came to.
#[derive(Debug)]
pub struct Known {
    json: Arc<Value>,
    broken_json: Option<String>,
    repeated_names: Vec<String>,
    schema_errors: Vec<SchemaError>,
    rule_breaks: Vec<RuleBreak>,
    rules_asked: usize,
    readings: Vec<Reading>,
    undeclared: Vec<String>,
    unknown_values: Vec<(String, String)>,
    integral_fractions: Vec<String>,
    enums_judged: usize,
    client: Option<Result<(), String>>,
    tally: Tally,
    rows: OnceLock<Vec<(Arc<Value>, Arc<Row>)>>,
}

impl Known {
    /// The records of a page with what they are reduced to; it is done once.
    fn rows(&self, reduce: impl FnOnce() -> Vec<(Arc<Value>, Arc<Row>)>) -> &[(Arc<Value>, Arc<Row>)] {
        self.rows.get_or_init(reduce)
    }
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
    known: Option<&Known>,
    items: &[&'i Value],
    reduce: impl Fn(&Value) -> Arc<Row>,
) -> Vec<(Held<'i>, Arc<Row>)> {
    match known {
        Some(known) => {
            let fresh = || items.iter().map(|record| (Arc::new((*record).clone()), reduce(record))).collect();
            let rows = known.rows(fresh);
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
    known: HashMap<u128, Arc<Known>>,
    /// Bodies that came once, with the run in which they did.
    glimpsed: HashMap<u128, u32>,
    bytes: usize,
}

impl Bodies {
    /// The fingerprint of a body and of everything else that its judgement rests on.
    pub(super) fn key(operation: &Operation, status: u16, schema: Option<&str>, around: &Around, body: &[u8]) -> u128 {
        let mut hasher = Xxh3::new();
        for text in
            [&operation.id, schema.unwrap_or_default(), &around.request.to_string(), &around.headers.to_string()]
        {
            hasher.update(&text.len().to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(&[u8::from(schema.is_some())]);
        hasher.update(&status.to_le_bytes());
        hasher.update(body);
        hasher.digest128()
    }

    /// Fills in what the body came to before; whether it is known.
    pub(super) fn recall(&self, key: u128, seen: &mut Observation) -> bool {
        let Some(known) = self.memory.lock().unwrap_or_else(PoisonError::into_inner).known.get(&key).cloned() else {
            return false;
        };
        seen.json = Some(Arc::clone(&known.json));
        seen.broken_json.clone_from(&known.broken_json);
        seen.repeated_names.clone_from(&known.repeated_names);
        seen.schema_errors.clone_from(&known.schema_errors);
        seen.rule_breaks.clone_from(&known.rule_breaks);
        seen.rules_asked = known.rules_asked;
        seen.readings.clone_from(&known.readings);
        seen.undeclared.clone_from(&known.undeclared);
        seen.unknown_values.clone_from(&known.unknown_values);
        seen.integral_fractions.clone_from(&known.integral_fractions);
        seen.enums_judged = known.enums_judged;
        seen.client.clone_from(&known.client);
        seen.tally.clone_from(&known.tally);
        seen.known = Some(known);
        true
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
        let known = Known {
            json: Arc::clone(json),
            broken_json: seen.broken_json.clone(),
            repeated_names: seen.repeated_names.clone(),
            schema_errors: seen.schema_errors.clone(),
            rule_breaks: seen.rule_breaks.clone(),
            rules_asked: seen.rules_asked,
            readings: seen.readings.clone(),
            undeclared: seen.undeclared.clone(),
            unknown_values: seen.unknown_values.clone(),
            integral_fractions: seen.integral_fractions.clone(),
            enums_judged: seen.enums_judged,
            client: seen.client.clone(),
            tally: seen.tally.clone(),
            rows: OnceLock::new(),
        };
        held.known.insert(key, Arc::new(known));
    }
}
