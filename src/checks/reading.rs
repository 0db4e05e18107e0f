//! What the checks on single records share: which keys to read, how an answer to a key reads, and how two showings of one
//! record compare.

use std::collections::HashSet;

use serde_json::Value;

use super::draw::draw;
use super::filtering::{Ground, foundation};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Call, Case};
use crate::contract::semantics::{Expand, Lists, ReadKey, Reads, Resource};
use crate::contract::{Contract, Operation, ShapeId};
use crate::document::{escape, unescape};
use crate::finding::Level;
use crate::study::row::{fingerprint, key_text};
use crate::study::{ExpandFault, Observation, Study, expand_fault};

/// Most records read per key, by how many other ways of reading there are.
const MOST_READS: [usize; 3] = [20, 12, 8];
/// Records read a second time.
const MOST_REPEATS: usize = 3;
/// Records read with an expansion.
const MOST_EXPANDED: usize = 4;
/// Number of a call that is sent a second time.
pub(super) const SECOND: u32 = 1;

/// An operation that reads one record.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) operation: &'a Operation,
    pub(super) reads: &'a Reads,
}

/// Every reader of the contract.
pub(super) fn readers(study: &Study) -> impl Iterator<Item = Reader<'_>> {
    study
        .contract
        .operations
        .iter()
        .filter_map(|operation| Some(Reader { operation, reads: operation.clause.reads.as_ref()? }))
}

impl<'a> Reader<'a> {
    /// The clause of its resource.
    pub(super) fn resource(&self, study: &'a Study) -> Option<&'a Resource> {
        study.contract.resource(&self.reads.resource)
    }

    /// The list that shows the same records, by the same key.
    pub(super) fn list(&self, study: &'a Study) -> Option<(&'a Operation, &'a Lists)> {
        study.list_of(&self.reads.resource)
    }

    /// Whether a way of reading goes by the resource's own key.
    pub(super) fn is_own_key(&self, study: &'a Study, by: &ReadKey) -> bool {
        self.resource(study).is_none_or(|resource| resource.key == by.key)
    }

    fn call(&self, by: &ReadKey, value: Value) -> Call {
        Call::new(&self.operation.id).with(&by.slot, value)
    }
}

/// Whether a key can be sent at all: `.` and `..` are folded away by every client, and an empty one is another address.
fn is_sendable(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.chars().any(char::is_control)
}

/// The records of a list worth reading: first and last, page borders, keys with special characters, the rest drawn.
fn chosen<'a>(study: &Study, ground: &Ground<'a>, pointer: &str, salt: &str, most: usize) -> Vec<&'a Value> {
    let samples: Vec<&Value> = ground.walk.samples.iter().map(|(_, record)| record).collect();
    let mut order: Vec<usize> = Vec::new();
    if !samples.is_empty() {
        order.extend([0, samples.len() - 1]);
    }
    // Then both sides of page borders.
    let starts = &ground.walk.starts;
    let border = |row: &usize| starts.contains(row) || starts.contains(&(row + 1));
    let borders = ground.walk.samples.iter().enumerate().filter(|(_, (row, _))| border(row)).map(|(index, _)| index);
    order.extend(borders.take(most / 3));
    order.extend(telling_keys(&samples, pointer).into_iter().take(most / 3));
    if !samples.is_empty() {
        order.extend(draw(study, salt, &(0..samples.len()), most.min(samples.len()) * 4));
        order.extend(0..samples.len());
    }
    let mut taken = HashSet::new();
    let unique = order.into_iter().filter(|index| taken.insert(*index)).take(most);
    unique.map(|index| samples[index]).collect()
}

/// Indices of records whose keys hold characters that encodings are known to spoil: one for each character, the most
/// dangerous first, and one for all letters outside ASCII.
fn telling_keys(samples: &[&Value], pointer: &str) -> Vec<usize> {
    const DANGEROUS: [char; 7] = ['/', '%', '+', ' ', '?', '#', '&'];
    let class = |c: char| if c.is_ascii() { c } else { 'ä' };
    let mut holders: Vec<(usize, char, usize)> = Vec::new();
    for (index, record) in samples.iter().enumerate() {
        let Some(key) = record.pointer(pointer).and_then(key_text) else { continue };
        for c in key.chars().filter(|c| super::filtering::is_special(&c.to_string())).map(class) {
            if !holders.iter().any(|(_, known, _)| *known == c) {
                let rank = DANGEROUS.iter().position(|known| *known == c).unwrap_or(DANGEROUS.len());
                holders.push((rank, c, index));
            }
        }
    }
    holders.sort_by_key(|(rank, ..)| *rank);
    holders.into_iter().map(|(.., index)| index).collect()
}

/// Reads of known records, by every key of every reader.
pub(super) fn plan_reads(study: &Study) -> Vec<Case> {
    let ways: usize = readers(study).map(|reader| reader.reads.by.len()).sum();
    let most = match study.means.reads {
        0 => MOST_READS[ways.saturating_sub(1).min(2)],
        reads => reads,
    };
    let mut cases = Vec::new();
    for reader in readers(study) {
        let Some((operation, lists)) = reader.list(study) else {
            cases.extend(configured(study, &reader));
            continue;
        };
        let Some(ground) = Ground::of(study, operation) else {
            cases.extend(foundation(study, operation, lists));
            // The list may be closed to this access, or not be asked for at all.
            cases.extend(configured(study, &reader));
            continue;
        };
        if ground.walk.samples.is_empty() {
            cases.extend(configured(study, &reader));
        }
        for by in &reader.reads.by {
            let own = reader.is_own_key(study, by);
            let pointer = if own { ground.model.key.as_str() } else { by.key.as_str() };
            let salt = format!("{} reads {}", reader.operation.id, by.key);
            for record in chosen(study, &ground, pointer, &salt, most) {
                let Some(value) = record.pointer(pointer) else { continue };
                if key_text(value).is_some_and(|text| is_sendable(&text)) {
                    cases.push(Case::Call(reader.call(by, value.clone())));
                }
            }
        }
    }
    cases
}

/// Without records in a list: the keys that the user named.
fn configured(study: &Study, reader: &Reader<'_>) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for by in &reader.reads.by {
        for text in named_keys(study, reader, by) {
            let case = Case::Call(reader.call(by, Value::String(text.to_owned())));
            if !cases.contains(&case) {
                cases.push(case);
            }
        }
    }
    cases
}

/// Keys that the user named: as the parameter that carries them, or as known ids of the resource.
pub(super) fn named_keys<'a>(study: &'a Study, reader: &Reader<'a>, by: &ReadKey) -> Vec<&'a str> {
    let as_parameter = study.means.params.get(by.slot.name());
    // Known ids are the resource's own keys; where a reader has no such way of reading, they are what it reads by.
    let own = reader.is_own_key(study, by) || !reader.reads.by.iter().any(|by| reader.is_own_key(study, by));
    let known = study.means.known_ids.get(&reader.reads.resource).filter(|_| own);
    as_parameter.into_iter().chain(known.into_iter().flatten()).map(String::as_str).collect()
}

/// Some records once more, later than the first time.
pub(super) fn plan_repeats(study: &Study) -> Vec<Case> {
    let mut cases = plan_reads(study);
    for reader in readers(study) {
        let first = study.answers(&reader.operation.id).filter(|(_, answer)| {
            let call = &answer.call;
            let plain = call.values.len() == 1 && call.repeat == 0 && call.access == Access::Own;
            plain && call.method.is_none() && call.follow.is_none() && answer.is_success()
        });
        cases.extend(
            first.take(MOST_REPEATS).map(|(_, answer)| Case::Call(Call { repeat: SECOND, ..answer.call.clone() })),
        );
    }
    cases
}

/// A text that no record has; the same in every run with the same seed.
fn marker(study: &Study) -> String {
    let half = |salt: &str| xxhash_rust::xxh3::xxh3_64(format!("{} {salt}", study.means.seed).as_bytes());
    format!("{:016x}{:016x}", half("unknown key"), half("unknown key, second half"))
}

/// A number that no record has.
fn marker_number(study: &Study) -> u64 {
    // Large enough to be free, small enough for a signed 32-bit column.
    2_000_000_000 + u64::from_str_radix(&marker(study)[..12], 16).unwrap_or(7) % 147_000_000
}

/// Keys of the form that real ones have, which no record has.
fn lookalikes(study: &Study, sample: Option<&Value>) -> Vec<Value> {
    let marker = marker(study);
    match sample {
        Some(Value::Number(_)) => vec![Value::from(marker_number(study))],
        Some(Value::String(text)) if is_uuid(text) => {
            let m = &marker;
            vec![Value::from(format!("{}-{}-4{}-a{}-{}", &m[..8], &m[8..12], &m[13..16], &m[17..20], &m[20..32]))]
        }
        Some(Value::String(text)) if text.parse::<u64>().is_ok() => {
            vec![Value::from(marker_number(study).to_string())]
        }
        Some(Value::String(text)) => {
            let start = text.rfind(['_', '-', ':']).map_or(0, |at| at + 1);
            let (head, tail) = text.split_at(start);
            let length = tail.chars().count().clamp(8, marker.len());
            let upper = tail.chars().any(|c| c.is_ascii_uppercase()) && !tail.chars().any(|c| c.is_ascii_lowercase());
            let body = &marker[..length];
            let body = if upper { body.to_ascii_uppercase() } else { body.to_owned() };
            vec![Value::from(format!("{head}{body}")), Value::from(format!("no-such-{}", &marker[..12]))]
        }
        _ => vec![Value::from(format!("no-such-{}", &marker[..12]))],
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Whether a text is one of [`lookalikes`], whatever the data.
fn is_lookalike(study: &Study, text: &str) -> bool {
    text.to_ascii_lowercase().contains(&marker(study)[..8]) || text == marker_number(study).to_string()
}

/// Keys with characters that have to be percent-encoded, which no record has.
fn encoded(study: &Study) -> Vec<String> {
    let marker = &marker(study)[..12];
    vec![
        format!("no such/{marker}"),
        format!("no-such%2F{marker}"),
        format!("no-such+{marker}?a=b&c#d"),
        format!("нет-такого-ключа-{marker}"),
    ]
}

/// A real key with its first letter written as an escape: a server that decodes twice reads the real record.
fn escaped_twice(text: &str) -> Option<String> {
    let first = text.chars().next().filter(char::is_ascii_alphanumeric)?;
    Some(format!("%{:02X}{}", first as u32, &text[1..]))
}

/// Whether a key is an escape of a shorter one.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8().ok()?;
    (decoded != text).then(|| decoded.into_owned())
}

/// Keys that are hostile and harmless: none of them would change anything on the most careless server.
const HOSTILE: [&str; 10] = [
    "' OR '1'='1",
    "*",
    "%",
    "\" OR 1=1 -- ",
    "{\"$ne\":null}",
    "<script>1</script>",
    "${7*7}{{7*7}}",
    "\u{1}\u{7f}\r\n\t",
    "🙂🙃",
    "null",
];

/// Keys that are hostile, the long one included.
fn hostile() -> Vec<String> {
    std::iter::once("a".repeat(1500)).chain(HOSTILE.iter().map(|text| (*text).to_owned())).collect()
}

/// Whether one of the keys that [`plan_unknown`], [`plan_encoded`] or [`plan_hostile`] send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// Nothing special about it.
    Unknown,
    /// It has to be percent-encoded.
    Encoded,
    /// It is hostile.
    Hostile,
}

/// Which probe a key is; `None` for keys that may exist.
pub(super) fn probe_of(study: &Study, text: &str) -> Option<Probe> {
    if hostile().iter().any(|known| known == text) {
        return Some(Probe::Hostile);
    }
    if encoded(study).iter().any(|known| known == text) {
        return Some(Probe::Encoded);
    }
    is_lookalike(study, text).then_some(Probe::Unknown)
}

/// Answers to keys of the usual form that no record has.
pub(super) fn answers_to_unknown<'a>(
    study: &'a Study,
    reads: &'a Reads,
    operation: &'a str,
) -> impl Iterator<Item = &'a Observation> {
    let is_unknown = |answer: &Observation| {
        let keys = reads.by.iter().filter_map(|by| answer.call.value(&by.slot).and_then(key_text));
        keys.take(1).any(|key| probe_of(study, &key) == Some(Probe::Unknown))
    };
    let plain = |answer: &Observation| answer.call.access == Access::Own && answer.call.method.is_none();
    study.answers(operation).map(|(_, answer)| answer).filter(move |answer| plain(answer) && is_unknown(answer))
}

/// Whether keys that do not exist and have nothing special about them fare no better: success, or a server error.
pub(super) fn plain_probe_fails(study: &Study, reads: &[Read<'_>]) -> bool {
    reads.iter().any(|read| {
        let plain = read.known.is_none() && read.is_plain() && probe_of(study, &read.text) == Some(Probe::Unknown);
        plain && (read.answer.is_success() || read.answer.status.is_some_and(is_crash))
    })
}

/// One way of reading per slot: probing two aliases of one slot would send the same twice.
fn slots<'a>(reader: &Reader<'a>) -> Vec<&'a ReadKey> {
    let mut slots = HashSet::new();
    reader.reads.by.iter().filter(|by| slots.insert(&by.slot)).collect()
}

fn sample_key<'a>(study: &'a Study, reader: &Reader<'a>, by: &ReadKey) -> Option<&'a Value> {
    let (operation, _) = reader.list(study)?;
    let ground = Ground::of(study, operation)?;
    let own = reader.is_own_key(study, by);
    let pointer = if own { &ground.model.key } else { &by.key };
    let mut values = ground.walk.samples.iter().filter_map(|(_, record)| record.pointer(pointer));
    values.find(|value| key_text(value).is_some_and(|text| is_sendable(&text) && !super::filtering::is_special(&text)))
}

/// Plans for every reader once its list is known; a reader without a list does not wait.
fn plan_probes(study: &Study, probes: impl Fn(&Reader<'_>, &ReadKey) -> Vec<Value>) -> Vec<Case> {
    let mut cases = Vec::new();
    for reader in readers(study) {
        if let Some((operation, lists)) = reader.list(study)
            && Ground::of(study, operation).is_none()
        {
            cases.extend(foundation(study, operation, lists));
            continue;
        }
        for by in slots(&reader) {
            cases.extend(probes(&reader, by).into_iter().map(|value| Case::Call(reader.call(by, value))));
        }
    }
    cases
}

fn is_numeric(study: &Study, reader: &Reader<'_>, by: &ReadKey) -> bool {
    let schema = super::filtering::slot_schema(&study.contract, reader.operation, &by.slot);
    let kind = schema.as_ref().and_then(|schema| schema.get("type")).and_then(Value::as_str);
    matches!(kind, Some("integer" | "number"))
}

/// Keys that do not exist.
pub(super) fn plan_unknown(study: &Study) -> Vec<Case> {
    plan_probes(study, |reader, by| {
        if is_numeric(study, reader, by) {
            return vec![Value::from(marker_number(study))];
        }
        let sample = sample_key(study, reader, by);
        let cut = sample.and_then(Value::as_str).and_then(|key| cut_key(study, reader, by, key)).map(Value::from);
        lookalikes(study, sample).into_iter().chain(cut).collect()
    })
}

/// A real key without its last character, unless a record is known that has it.
fn cut_key(study: &Study, reader: &Reader<'_>, by: &ReadKey, key: &str) -> Option<String> {
    let (last, _) = key.char_indices().last()?;
    let cut = &key[..last];
    let (operation, _) = reader.list(study)?;
    let reference = study.reference(&operation.id)?;
    let exists = if reader.is_own_key(study, by) {
        reference.get(cut).is_some()
    } else {
        let held = |record: &Value| record.pointer(&by.key).and_then(key_text).is_some_and(|text| &*text == cut);
        reference.samples.iter().any(|(_, record)| held(record))
    };
    (last >= 4 && !exists && is_sendable(cut) && !cut.ends_with(' ')).then(|| cut.to_owned())
}

/// Whether a key that no record is known to have is a known one cut short.
pub(super) fn is_cut(study: &Study, reader: &Reader<'_>, by: &ReadKey, text: &str) -> bool {
    let sample = sample_key(study, reader, by).and_then(Value::as_str);
    sample.and_then(|key| cut_key(study, reader, by, key)).is_some_and(|cut| cut == text)
}

/// Keys that have to be encoded: unknown ones, and a real one escaped twice.
pub(super) fn plan_encoded(study: &Study) -> Vec<Case> {
    let mut cases = plan_reads(study);
    cases.extend(plan_probes(study, |reader, by| {
        if is_numeric(study, reader, by) {
            return Vec::new();
        }
        let twice = sample_key(study, reader, by).and_then(Value::as_str).and_then(escaped_twice);
        encoded(study).into_iter().chain(twice).map(Value::from).collect()
    }));
    cases
}

/// Hostile keys: the first four always, three more drawn.
pub(super) fn plan_hostile(study: &Study) -> Vec<Case> {
    plan_probes(study, |reader, _| {
        let all = hostile();
        let mut picked: Vec<usize> = (0..4).collect();
        for index in draw(study, &format!("{} hostile", reader.operation.id), &(4..all.len()), 12) {
            if picked.len() < 7 && !picked.contains(&index) {
                picked.push(index);
            }
        }
        let known = reader.list(study).and_then(|(operation, _)| study.reference(&operation.id));
        let exists = |text: &str| known.is_some_and(|known| known.by_key.contains_key(text));
        picked.into_iter().map(|index| all[index].clone()).filter(|text| !exists(text)).map(Value::from).collect()
    })
}

/// Reads of some records with each expansion of the reader, and the same records without.
pub(super) fn plan_expanded(study: &Study) -> Vec<Case> {
    let mut cases = plan_reads(study);
    for reader in readers(study) {
        let Some((operation, _)) = reader.list(study) else { continue };
        let Some(ground) = Ground::of(study, operation) else { continue };
        let Some(by) = reader.reads.by.first() else { continue };
        let pointer = if reader.is_own_key(study, by) { &ground.model.key } else { &by.key };
        for expand in &reader.operation.clause.expands {
            let refers = |record: &Value| {
                expand.agrees.values().any(|own| record.pointer(own).is_some_and(|value| !value.is_null()))
            };
            let samples = || ground.walk.samples.iter().map(|(_, record)| record);
            let with = samples().filter(|record| refers(record)).take(MOST_EXPANDED - 1);
            let without = samples().filter(|record| !refers(record)).take(1);
            for value in with.chain(without).filter_map(|record| record.pointer(pointer)) {
                if key_text(value).is_some_and(|text| is_sendable(&text)) {
                    let plain = reader.call(by, value.clone());
                    cases.push(Case::Call(plain.clone()));
                    cases.push(Case::Call(plain.with(&expand.slot, expand.value.clone())));
                }
            }
        }
    }
    cases
}

/// Lists with each of their expansions: the first pages.
pub(super) fn plan_expanded_lists(study: &Study) -> Vec<Case> {
    super::filtering::plan_each(study, |ground| {
        let expands = ground.operation.clause.expands.iter().map(|expand| {
            let mut query = ground.query();
            query.expand.push(expand.value.clone());
            query.size = Some(super::filtering::lawful_size(ground.lists, 100));
            Case::pages(query, 1)
        });
        expands.collect()
    })
}

/// What is known of the record that a key belongs to.
pub(super) struct Known<'a> {
    /// The way of reading whose key it is.
    pub(super) by: &'a ReadKey,
    /// Key of the record in its list.
    pub(super) key: Box<str>,
    /// The record as the list shows it, if it was kept.
    pub(super) sample: Option<&'a Value>,
}

/// One read as it was answered.
pub(super) struct Read<'a> {
    pub(super) case: &'a Case,
    pub(super) answer: &'a Observation,
    /// The key that was asked for.
    pub(super) text: Box<str>,
    /// The first way of reading that uses the slot.
    pub(super) by: &'a ReadKey,
    /// What the list knows of this key; `None` for keys that it does not show.
    pub(super) known: Option<Known<'a>>,
    /// Whether the key belongs to two records.
    pub(super) ambiguous: bool,
}

impl Read<'_> {
    /// The body of a success.
    pub(super) fn record(&self) -> Option<&Value> {
        self.answer.json.as_ref().filter(|_| self.answer.is_success())
    }

    /// Whether nothing was sent beside the key.
    pub(super) fn is_plain(&self) -> bool {
        self.answer.call.values.len() == 1
    }

    /// A fault that this read shows.
    pub(super) fn blame(&self, study: &Study, reader: &Reader<'_>, title: String) -> Blame {
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
pub(super) fn shows_key(reader: &Reader<'_>, record: &Value, text: &str) -> bool {
    reader.reads.by.iter().any(|by| record.pointer(&by.key).and_then(key_text).is_some_and(|key| &*key == text))
}

/// Every read of an operation with the own access.
pub(super) fn reads<'a>(study: &'a Study, operation: &'a Operation) -> Vec<Read<'a>> {
    let Some(clause) = &operation.clause.reads else { return Vec::new() };
    let reader = Reader { operation, reads: clause };
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
        let all = known(study, &reader, by, &text);
        let keys: HashSet<&str> = all.iter().map(|known| &*known.key).collect();
        let ambiguous = keys.len() > 1;
        found.push(Read { case, answer, text, by, known: all.into_iter().next(), ambiguous });
    }
    found
}

/// Every record that a key may mean, by the ways of reading that share its slot.
fn known<'a>(study: &'a Study, reader: &Reader<'a>, by: &ReadKey, text: &str) -> Vec<Known<'a>> {
    let Some((operation, _)) = reader.list(study) else { return Vec::new() };
    let Some(reference) = study.reference(&operation.id) else { return Vec::new() };
    let mut found = Vec::new();
    for other in reader.reads.by.iter().filter(|other| other.slot == by.slot) {
        if reader.is_own_key(study, other) {
            if reference.get(text).is_some() {
                found.push(Known { by: other, key: text.into(), sample: reference.sample(text) });
            }
        } else {
            let samples = reference.samples.iter().filter(|(_, record)| {
                record.pointer(&other.key).and_then(key_text).is_some_and(|alias| *alias == *text)
            });
            found.extend(samples.map(|(key, record)| Known { by: other, key: key.clone(), sample: Some(record) }));
        }
    }
    found
}

/// The shape that both showings of a record have in the document.
pub(super) fn record_shape(contract: &Contract, reader: &Reader<'_>) -> Option<ShapeId> {
    let schema = contract.success_schema(reader.operation)?;
    contract.shapes.find(&contract.resolve(schema).0)
}

/// Pointers to declared members in which two showings of a record differ. Only members that both show are compared; members
/// that nobody declared may say anything. `leave_out` are pointers that are not compared.
pub(super) fn differences(
    contract: &Contract,
    shape: Option<ShapeId>,
    one: &Value,
    two: &Value,
    leave_out: &[String],
) -> Vec<String> {
    let mut found = Vec::new();
    differ(contract, shape, (one, two), String::new(), leave_out, &mut found);
    found
}

fn differ(
    contract: &Contract,
    shape: Option<ShapeId>,
    (one, two): (&Value, &Value),
    at: String,
    leave_out: &[String],
    found: &mut Vec<String>,
) {
    if leave_out.contains(&at) || found.len() > 20 {
        return;
    }
    match (one, two) {
        (Value::Object(ones), Value::Object(twos)) => {
            let shapes = shape.map(|shape| contract.shapes.with_parts(shape)).unwrap_or_default();
            for (name, one) in ones {
                let Some(two) = twos.get(name) else { continue };
                let inner = shapes.iter().find_map(|shape| shape.members.get(name).copied());
                let open = shapes.is_empty() || shapes.iter().any(|shape| shape.open.is_some());
                if inner.is_some() || (open && !at.is_empty()) || shape.is_none() {
                    differ(contract, inner, (one, two), format!("{at}/{}", escape(name)), leave_out, found);
                }
            }
        }
        _ if alike(one, two) => {}
        _ => found.push(at),
    }
}

/// Whether two values say the same: numbers however written, instants however written, lists in any order.
fn alike(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => {
            one == two || one.as_f64().zip(two.as_f64()).is_some_and(|(one, two)| one.total_cmp(&two).is_eq())
        }
        (Value::String(one), Value::String(two)) => {
            let moments = || crate::contract::instant(one).zip(crate::contract::instant(two));
            one == two || moments().is_some_and(|(one, two)| one.total_cmp(&two).is_eq())
        }
        (Value::Array(ones), Value::Array(twos)) => {
            let sorted = |items: &[Value]| {
                let mut prints: Vec<u64> = items.iter().map(fingerprint).collect();
                prints.sort_unstable();
                prints
            };
            ones.len() == twos.len()
                && (ones.iter().zip(twos).all(|(one, two)| alike(one, two)) || sorted(ones) == sorted(twos))
        }
        (Value::Object(ones), Value::Object(twos)) => {
            ones.iter().all(|(name, one)| twos.get(name).is_none_or(|two| alike(one, two)))
        }
        _ => one == two,
    }
}

/// Whether two showings are of the same state of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The version is the same.
    Same,
    /// The version differs: the record was changed in between.
    Changed,
    /// One of them shows no version.
    Untold,
    /// The contract names no version.
    Unpromised,
}

/// Compares the versions of two showings.
pub(super) fn standing(resource: Option<&Resource>, one: &Value, two: &Value) -> Standing {
    let Some(at) = resource.and_then(|resource| resource.version.as_deref()) else { return Standing::Unpromised };
    match (one.pointer(at), two.pointer(at)) {
        (Some(Value::Null) | None, _) | (_, Some(Value::Null) | None) => Standing::Untold,
        (Some(one), Some(two)) if alike(one, two) => Standing::Same,
        _ => Standing::Changed,
    }
}

/// Pointers that are never compared: additions of any operation.
pub(super) fn additions(contract: &Contract) -> Vec<String> {
    contract
        .operations
        .iter()
        .flat_map(|operation| &operation.clause.expands)
        .map(|expand| expand.adds.clone())
        .collect()
}

/// Words for the kinds of values at a pointer of two showings.
pub(super) fn shapes_at(one: &Value, two: &Value, at: &str) -> (String, String) {
    let shape = |value: Option<&Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Bool(_)) => "a boolean".to_owned(),
        Some(Value::Number(_)) => "a number".to_owned(),
        Some(Value::String(text)) => format!("a string of {} characters", text.chars().count()),
        Some(Value::Array(items)) => format!("an array of {} items", items.len()),
        Some(Value::Object(_)) => "an object".to_owned(),
    };
    (shape(one.pointer(at)), shape(two.pointer(at)))
}

/// Values at a pointer of two showings, for readers who ask to see them.
pub(super) fn shown_at(one: &Value, two: &Value, at: &str) -> String {
    let text = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    format!("{} / {}", text(one.pointer(at)), text(two.pointer(at)))
}

/// Name of a field for titles: its pointer without the leading slash.
pub(super) fn field_words(pointer: &str) -> String {
    unescape(pointer.trim_start_matches('/')).replace('/', ".")
}

/// Judges every read of a reader; one blame per mark.
#[expect(clippy::type_complexity, reason = "an alias would need a lifetime for the closure itself")]
pub(super) fn judge_reads<'a>(
    study: &'a Study,
    operation: &'a Operation,
    nothing: &str,
    opinion: &dyn Fn(&Reader<'a>, &Read<'a>, &[Read<'a>], &mut Ruling) -> Option<Blame>,
) -> Verdict {
    let Some(clause) = &operation.clause.reads else { return not_applicable("the operation reads no single record") };
    let reader = Reader { operation, reads: clause };
    let reads = reads(study, operation);
    let mut ruling = Ruling::default();
    for read in &reads {
        if let Some(blame) = opinion(&reader, read, &reads, &mut ruling) {
            ruling.once(blame);
        }
    }
    let count = u32::try_from(ruling.evidence.answers.max(1)).unwrap_or(u32::MAX);
    for blame in &mut ruling.blames {
        blame.exposed = count;
    }
    ruling.or_inconclusive(nothing, "supply a tenant with records, or a known key with --param NAME=VALUE")
}

impl Blame {
    /// Adds the walk over the list that a read is compared with.
    pub(super) fn against_list(mut self, study: &Study, reader: &Reader<'_>) -> Self {
        if let Some((operation, lists)) = reader.list(study) {
            self.cases.insert(0, Case::Walk(study.reference_walk(operation, lists)));
        }
        self
    }

    /// Says that a single answer shows the fault, whatever the data.
    pub(super) fn alone(mut self) -> Self {
        self.compares = false;
        self
    }
}

/// Whether a status is about the request, not about access or pace.
pub(super) fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 401 | 403 | 408 | 429)
}

/// Whether a status says that the server itself stumbled, not somebody in front of it.
pub(super) fn is_crash(status: u16) -> bool {
    status >= 500 && !matches!(status, 502..=504)
}

/// Records that show what became of an expansion.
pub(super) struct Expanded<'a> {
    pub(super) index: usize,
    pub(super) expand: &'a Expand,
    /// Records looked at.
    pub(super) judged: u64,
    /// Records with the fault.
    pub(super) faulty: u64,
    /// The first of them: case, request, pointer to the record in the body, what is wrong.
    pub(super) first: Option<(&'a Case, crate::exchange::Sent, String, ExpandFault)>,
}

/// Looks for a fault in every expansion of an operation. `asked` says which requests are looked at; `None`: all of them,
/// but only those that asked count as evidence.
pub(super) fn expanded<'a>(
    study: &'a Study,
    operation: &'a Operation,
    asked: Option<bool>,
    wanted: fn(&ExpandFault) -> bool,
) -> Vec<Expanded<'a>> {
    let mut all = Vec::new();
    for (index, expand) in operation.clause.expands.iter().enumerate() {
        let mut one = Expanded { index, expand, judged: 0, faulty: 0, first: None };
        for read in reads(study, operation) {
            let asks = asks(&read.answer.call, expand);
            let Some(record) = read.record().filter(|_| asked.is_none_or(|asked| asked == asks)) else { continue };
            one.judged += u64::from(asks || asked.is_some());
            if let Some(fault) = expand_fault(expand, asks, record).filter(wanted) {
                one.faulty += 1;
                one.first.get_or_insert((read.case, read.answer.sent.clone(), String::new(), fault));
            }
        }
        for (case, walk) in study.walks(&operation.id) {
            let query = &walk.walk.query;
            let asks = query.expand.contains(&expand.value);
            if query.access != Access::Own || asked.is_some_and(|asked| asked != asks) {
                continue;
            }
            one.judged += if asks || asked.is_some() { walk.rows.len() as u64 } else { 0 };
            for (row, _, fault) in walk.expansions.iter().filter(|(_, at, fault)| *at == index && wanted(fault)) {
                one.faulty += 1;
                if let (None, Some(lists)) = (&one.first, &operation.clause.lists) {
                    let sent = super::filtering::sent_at(walk, Some(*row)).into_iter().next().unwrap_or_default();
                    let at = super::filtering::row_pointer(lists, walk, *row, "");
                    one.first = Some((case, sent, at, fault.clone()));
                }
            }
        }
        all.push(one);
    }
    all
}

/// Judges one kind of fault of every expansion of an operation.
pub(super) fn judge_expanded(
    study: &Study,
    operation: &Operation,
    asked: Option<bool>,
    wanted: fn(&ExpandFault) -> bool,
    (title, expected, actual): (&str, &str, &str),
) -> Verdict {
    if operation.clause.expands.is_empty() {
        return not_applicable("the contract promises no expansion here");
    }
    let mut ruling = Ruling::default();
    for one in expanded(study, operation, asked, wanted) {
        ruling.evidence.records += one.judged;
        let Some((case, sent, at, fault)) = one.first else { continue };
        let inside = match &fault {
            ExpandFault::Disagrees(inside) => inside.as_str(),
            _ => one.expand.adds.as_str(),
        };
        let name = super::filtering::text_of(&one.expand.value);
        let mut blame = Blame::of_cases(title.replace("{}", &name), vec![case.clone()], vec![sent])
            .compare(expected, format!("{actual}: {} of {} records", one.faulty, one.judged.max(one.faulty)))
            .at(format!("{at}{inside}"))
            .by(&study.contract, expand_pointer(operation, one.index))
            .under(study, &one.expand.about, Level::Deny)
            .mark(name)
            .alone();
        blame.exposed = u32::try_from(one.judged.max(1)).unwrap_or(u32::MAX);
        ruling.once(blame);
    }
    ruling.or_inconclusive(
        "no record that could show the expansion was seen",
        "supply a tenant with records that refer to others",
    )
}

/// Pointer to an expansion in the document.
pub(super) fn expand_pointer(operation: &Operation, index: usize) -> String {
    format!("{}/x-contract/expands/{index}", operation.pointer)
}

/// Whether a call asks for an expansion.
pub(super) fn asks(call: &Call, expand: &Expand) -> bool {
    call.value(&expand.slot) == Some(&expand.value)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::study::Means;

    fn study() -> Study {
        Study::new(Arc::new(Contract::shipped("flexportal").expect("is shipped")), Means::default())
    }

    #[test]
    fn showings_are_compared_by_meaning_and_by_what_both_show() {
        let study = study();
        let reader = readers(&study).next().expect("a reader");
        let shape = record_shape(&study.contract, &reader);
        let one = json!({"status": "active", "totalOrders": 1, "createdAt": "2024-01-01T02:00:00+02:00",
            "orderIds": ["a", "b"], "phone": "1", "x-served-by": 1});
        let two = json!({"totalOrders": 1.0, "status": "inactive", "createdAt": "2024-01-01T00:00:00.000Z",
            "orderIds": ["b", "a"], "x-served-by": 2});
        assert_eq!(differences(&study.contract, shape, &one, &two, &[]), ["/status"]);
        assert!(differences(&study.contract, shape, &one, &two, &["/status".to_owned()]).is_empty());
    }

    #[test]
    fn versions_tell_a_change_from_a_difference() {
        let study = study();
        let resource = study.contract.resource("customer");
        let at = |moment: &str| json!({ "updatedAt": moment });
        let (noon, also_noon) = (at("2024-01-01T12:00:00Z"), at("2024-01-01T13:00:00+01:00"));
        assert_eq!(standing(resource, &noon, &also_noon), Standing::Same);
        assert_eq!(standing(resource, &noon, &at("2024-01-01T12:00:01Z")), Standing::Changed);
        assert_eq!(standing(resource, &noon, &json!({})), Standing::Untold);
    }

    #[test]
    fn probes_are_known_again_without_data() {
        let study = study();
        for sample in [json!("cust_9fK2mQ7xLp"), json!("6b1f7a52-9d3c-4b0e-8a55-0c1d2e3f4a5b"), json!(17), json!("17")]
        {
            for key in lookalikes(&study, Some(&sample)) {
                let text = key_text(&key).expect("a key");
                assert_eq!(probe_of(&study, &text), Some(Probe::Unknown), "{text}");
            }
        }
        assert!(encoded(&study).iter().all(|text| probe_of(&study, text) == Some(Probe::Encoded)));
        assert!(hostile().iter().all(|text| probe_of(&study, text) == Some(Probe::Hostile)));
        assert_eq!(probe_of(&study, "cust_9fK2mQ7xLp"), None);
    }

    #[test]
    fn a_key_escaped_twice_leads_back_to_the_key() {
        let twice = escaped_twice("cust_1").expect("starts with a letter");
        assert_eq!(twice, "%63ust_1");
        assert_eq!(unescaped(&twice).as_deref(), Some("cust_1"));
        assert_eq!(unescaped("cust_1"), None);
    }
}
