//! Reads as they were answered, beside what the list knows of the key.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::Reader;
use crate::case::{Access, Case};
use crate::checks::Blame;
use crate::contract::Operation;
use crate::contract::semantics::{ReadKey, Reads};
use crate::document::node;
use crate::finding::Level;
use crate::study::row::key_text;
use crate::study::{Observation, Row, Study, Trait};

/// What is known of the record that a key belongs to.
pub(crate) struct Known<'a> {
    /// The way of reading whose key it is.
    pub(crate) by: &'a ReadKey,
    /// Key of the record in its list.
    pub(crate) key: Box<str>,
    /// The record as the list shows it, if it was kept.
    pub(crate) sample: Option<&'a Value>,
}

/// One read as it was answered.
pub(crate) struct Read<'a> {
    pub(crate) case: &'a Case,
    pub(crate) reads: &'a Reads,
    pub(crate) answer: &'a Observation,
    /// The key that was asked for.
    pub(crate) text: Box<str>,
    /// The first way of reading that uses the slot.
    pub(crate) by: &'a ReadKey,
    /// What the list knows of this key; `None` for keys that it does not show.
    pub(crate) known: Option<Known<'a>>,
    /// Whether the key belongs to two records.
    pub(crate) ambiguous: bool,
}

impl Read<'_> {
    /// The record of a success; null where the answer holds none.
    pub(crate) fn record(&self) -> Option<&Value> {
        self.answer.json.as_ref().filter(|_| self.answer.is_success()).map(|body| self.reads.record(body))
    }

    /// Whether nothing was sent beside the key.
    pub(crate) fn is_plain(&self) -> bool {
        self.answer.call.values.len() == 1
    }

    /// A fault that this read shows.
    pub(crate) fn blame(&self, study: &Study, reader: &Reader<'_>, title: String) -> Blame {
        let by = self.known.as_ref().map_or(self.by, |known| known.by);
        let index = reader.reads.by.iter().position(|other| other == by).unwrap_or_default();
        Blame::of_cases(title, vec![self.case.clone()], vec![self.answer.sent.clone()])
            .by(&study.contract, format!("{}/x-contract/reads/by/{index}", reader.operation.pointer))
            .under(study, &by.about, study.level(&reader.reads.about, Level::Deny))
            .mark(by.key.clone())
            .shown(&*self.text)
    }
}

/// Whether a record shows a key, by any way of reading.
pub(crate) fn shows_key(reader: &Reader<'_>, record: &Value, text: &str) -> bool {
    reader.reads.by.iter().any(|by| node(record, &by.key).and_then(key_text).is_some_and(|key| &*key == text))
}

/// Every read of an operation with the own access.
pub(crate) fn reads<'a>(study: &'a Study, operation: &'a Operation) -> Vec<Read<'a>> {
    let Some(clause) = &operation.clause.reads else { return Vec::new() };
    let reader = Reader { operation, reads: clause };
    let aliases = aliases(study, &reader);
    let mut found = Vec::new();
    for (case, answer) in study.answers(&operation.id) {
        let call = &answer.call;
        if call.access != Access::Own || call.method.is_some() || call.follow.is_some() || answer.is_unsent() {
            continue;
        }
        let Some((by, text)) = clause.by.iter().find_map(|by| Some((by, call.value(&by.slot).and_then(key_text)?)))
        else {
            continue;
        };
        let all = known(study, &reader, (by, &text), &aliases);
        let keys: HashSet<&str> = all.iter().map(|known| &*known.key).collect();
        let ambiguous = keys.len() > 1;
        found.push(Read { case, reads: clause, answer, text, by, known: all.into_iter().next(), ambiguous });
    }
    found
}

/// Kept records by what they show at the places of other keys than their own: first the place, then the key.
type Aliases<'a> = HashMap<&'a str, HashMap<Box<str>, Vec<(&'a str, &'a Value)>>>;

fn aliases<'a>(study: &'a Study, reader: &Reader<'a>) -> Aliases<'a> {
    let mut found = Aliases::new();
    let Some((operation, _)) = reader.list(study) else { return found };
    let Some(reference) = study.reference(&operation.id) else { return found };
    for by in reader.reads.by.iter().filter(|by| !reader.is_own_key(study, by)) {
        let place = found.entry(by.key.as_str()).or_default();
        // Two ways of reading may share a key.
        place.clear();
        for (key, record) in &reference.samples {
            if let Some(alias) = node(record, &by.key).and_then(key_text) {
                place.entry(alias).or_default().push((key, record));
            }
        }
    }
    found
}

/// A record that was not kept in full and whose other key is a number: only those are read all the same.
fn unkept<'a>(study: &'a Study, list: &Operation, by: &'a ReadKey, text: &str) -> Option<Known<'a>> {
    let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (reference, model) = (study.reference(&list.id).filter(|_| number)?, study.model(&list.id)?);
    let field = model.field(&by.key)?;
    let has = |row: &&Arc<Row>| matches!(row.traits.get(field), Some(Trait::Text(known, _)) if **known == *text);
    let mut holders = reference.rows.iter().filter(has);
    let (row, None) = (holders.next()?, holders.next()) else { return None };
    Some(Known { by, key: row.key.clone()?, sample: None })
}

/// Every record that a key may mean, by the ways of reading that share its slot.
fn known<'a>(
    study: &'a Study,
    reader: &Reader<'a>,
    (by, text): (&ReadKey, &str),
    aliases: &Aliases<'a>,
) -> Vec<Known<'a>> {
    let Some((operation, _)) = reader.list(study) else { return Vec::new() };
    let Some(reference) = study.reference(&operation.id) else { return Vec::new() };
    let mut found = Vec::new();
    for other in reader.reads.by.iter().filter(|other| other.slot == by.slot) {
        if reader.is_own_key(study, other) {
            if reference.get(text).is_some() {
                found.push(Known { by: other, key: text.into(), sample: reference.sample(text) });
            }
        } else {
            let samples = aliases.get(other.key.as_str()).and_then(|place| place.get(text)).into_iter().flatten();
            let before = found.len();
            found.extend(samples.map(|(key, record)| Known { by: other, key: (*key).into(), sample: Some(record) }));
            if found.len() == before {
                found.extend(unkept(study, operation, other, text));
            }
        }
    }
    found
}
