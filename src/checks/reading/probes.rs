//! Reads that must find nothing, and which of them a key belongs to.

use std::collections::HashSet;

use serde_json::Value;

use super::controls::plan_controls;
use super::invented::{ROW_NUMBER, encoded, escaped_twice, hostile, is_lookalike, lookalikes, marker_number};
use super::plans::{is_sendable, plan_reads};
use super::{Read, Reader, is_crash, readers};
use crate::case::{Access, Case};
use crate::checks::draw::draw;
use crate::checks::filtering::{Ground, foundation, is_special};
use crate::contract::semantics::{ReadKey, Reads};
use crate::document::node;
use crate::study::row::key_text;
use crate::study::{Observation, Study};

/// Whether one of the keys that [`plan_unknown`], [`plan_encoded`] or [`plan_hostile`] send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    /// Nothing special about it.
    Unknown,
    /// It has to be percent-encoded.
    Encoded,
    /// It is hostile.
    Hostile,
}

/// Which probe a key is; `None` for keys that may exist.
pub(crate) fn probe_of(study: &Study, text: &str) -> Option<Probe> {
    if hostile().iter().any(|known| known == text) {
        return Some(Probe::Hostile);
    }
    if encoded(study).iter().any(|known| known == text) {
        return Some(Probe::Encoded);
    }
    is_lookalike(study, text).then_some(Probe::Unknown)
}

/// Answers to keys of the usual form that no record has.
pub(crate) fn answers_to_unknown<'a>(
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
pub(crate) fn plain_probe_fails(study: &Study, reads: &[Read<'_>]) -> bool {
    reads.iter().any(|read| {
        let plain = read.known.is_none() && read.is_plain() && probe_of(study, &read.text) == Some(Probe::Unknown);
        plain && (read.answer.is_success() || read.answer.status.is_some_and(is_crash))
    })
}

/// Keys that do not exist.
pub(crate) fn plan_unknown(study: &Study) -> Vec<Case> {
    plan_probes(study, |reader, by| {
        if is_numeric(study, reader, by) {
            return vec![Value::from(marker_number(study))];
        }
        let twisted = twisted_keys(study, reader, by).into_iter().map(|(_, key)| Value::from(key));
        let mut lookalikes = lookalikes(study, sample_key(study, reader, by));
        // Where some key is a number, one that no list shows may be so too.
        let ways = || reader.reads.by.iter().filter(|other| other.slot == by.slot);
        let is_number = |key: &Value| key_text(key).is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        if ways().any(|way| sample_keys(study, reader, way).any(is_number)) {
            lookalikes.retain(|key| key != ROW_NUMBER);
        }
        lookalikes.into_iter().chain(twisted).collect()
    })
}

/// How a key that no record has was made from a real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twisted {
    /// Its last character is missing.
    Cut,
    /// Its letters are in the other case.
    OtherCase,
    /// It is a key that another operation reads by.
    OtherKind,
}

/// Records tried for a key made from theirs that no record has.
const MOST_TWISTS: usize = 50;

/// Keys made from real ones, for the slot of a way of reading.
fn twisted_keys(study: &Study, reader: &Reader<'_>, by: &ReadKey) -> Vec<(Twisted, String)> {
    let ways: Vec<&ReadKey> = reader.reads.by.iter().filter(|other| other.slot == by.slot).collect();
    let exists = |text: &str| ways.iter().any(|way| is_held(study, reader, way, text));
    let mut keys = Vec::new();
    for way in &ways {
        // `user_1` is `user_17` cut short and a key of its own: another record may have one that is not.
        let free = |twist: fn(&str) -> Option<String>| {
            let samples = sample_keys(study, reader, way).filter_map(Value::as_str).filter_map(twist);
            samples.take(MOST_TWISTS).find(|text| is_sendable(text) && !exists(text))
        };
        keys.extend(free(cut_short).map(|cut| (Twisted::Cut, cut)));
        keys.extend(free(other_case).map(|flipped| (Twisted::OtherCase, flipped)));
    }
    let siblings = readers(study).filter(|sibling| sibling.reads.resource == reader.reads.resource);
    for sibling in siblings.filter(|sibling| sibling.operation.id != reader.operation.id) {
        let kinds = sibling.reads.by.iter().filter(|way| reader.reads.by.iter().all(|own| own.key != way.key));
        let samples = kinds.filter_map(|way| sample_key(study, &sibling, way)?.as_str().map(str::to_owned));
        keys.extend(samples.map(|key| (Twisted::OtherKind, key)));
    }
    keys.retain(|(_, text)| is_sendable(text) && !exists(text));
    keys
}

/// Whether a record is known to have a key.
fn is_held(study: &Study, reader: &Reader<'_>, by: &ReadKey, text: &str) -> bool {
    let Some(reference) = reader.list(study).and_then(|(operation, _)| study.reference(&operation.id)) else {
        return false;
    };
    if reader.is_own_key(study, by) {
        return reference.get(text).is_some();
    }
    let held = |record: &Value| node(record, &by.key).and_then(key_text).is_some_and(|key| *key == *text);
    reference.samples.iter().any(|(_, record)| held(record))
}

/// A key without its last character, or without the number at its end: without one digit it would be another's key.
fn cut_short(key: &str) -> Option<String> {
    let head = key.trim_end_matches(|c: char| c.is_ascii_digit());
    if (1..MOST_DIGITS).contains(&(key.len() - head.len())) && head.len() >= 4 && !head.ends_with(' ') {
        return Some(head.to_owned());
    }
    let (last, _) = key.char_indices().last()?;
    let cut = &key[..last];
    (last >= 4 && !cut.ends_with(' ')).then(|| cut.to_owned())
}

/// Digits at the end of a key from which on they are no number that counts records.
const MOST_DIGITS: usize = 7;

/// Least length of a key of digits and the letters to `f` that is taken for a number; `C000123` is none.
const LEAST_HEXADECIMAL: usize = 8;

/// A key with its letters in the other case, unless it is a number in disguise: of those the case says nothing.
fn other_case(key: &str) -> Option<String> {
    if key.len() >= LEAST_HEXADECIMAL && key.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return None;
    }
    let flip = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let flipped: String = key.chars().map(flip).collect();
    (flipped != key).then_some(flipped)
}

/// How a key was made from a real one, if it was.
pub(crate) fn twisted(study: &Study, reader: &Reader<'_>, by: &ReadKey, text: &str) -> Option<Twisted> {
    twisted_keys(study, reader, by).into_iter().find(|(_, key)| key == text).map(|(how, _)| how)
}

/// Keys that have to be encoded: unknown ones, and a real one escaped twice; and where listed ones were refused, plain keys
/// of the same records.
pub(crate) fn plan_encoded(study: &Study) -> Vec<Case> {
    let mut cases = plan_reads(study);
    cases.extend(plan_controls(study));
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
pub(crate) fn plan_hostile(study: &Study) -> Vec<Case> {
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

/// One way of reading per slot: probing two aliases of one slot would send the same twice.
fn slots<'a>(reader: &Reader<'a>) -> Vec<&'a ReadKey> {
    let mut slots = HashSet::new();
    reader.reads.by.iter().filter(|by| slots.insert(&by.slot)).collect()
}

/// Keys of listed records with nothing special about them, in the order of the list.
fn sample_keys<'a>(study: &'a Study, reader: &Reader<'a>, by: &ReadKey) -> impl Iterator<Item = &'a Value> {
    let ground = reader.list(study).and_then(|(operation, _)| Ground::of(study, operation));
    let own = reader.is_own_key(study, by);
    let pointer = ground.as_ref().map(|ground| if own { ground.model.key.clone() } else { by.key.clone() });
    let samples = ground.map(|ground| ground.walk.samples.iter()).into_iter().flatten();
    let values = samples.filter_map(move |(_, record)| node(record, pointer.as_deref()?));
    values.filter(|value| key_text(value).is_some_and(|text| is_sendable(&text) && !is_special(&text)))
}

fn sample_key<'a>(study: &'a Study, reader: &Reader<'a>, by: &ReadKey) -> Option<&'a Value> {
    sample_keys(study, reader, by).next()
}

fn is_numeric(study: &Study, reader: &Reader<'_>, by: &ReadKey) -> bool {
    let schema = study.contract.slot_schema(reader.operation, &by.slot);
    let kind = schema.as_ref().and_then(|schema| schema.get("type")).and_then(Value::as_str);
    matches!(kind, Some("integer" | "number"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::contract::Contract;
    use crate::study::Means;

    fn study() -> Study {
        Study::new(Arc::new(Contract::shipped("flexportal").expect("is shipped")), Means::default())
    }

    #[test]
    fn letters_are_turned_where_they_are_letters() {
        assert_eq!(other_case("cust_9fK").as_deref(), Some("CUST_9Fk"));
        assert_eq!(other_case("6B1F7A52-9d3c"), None, "a hexadecimal number");
        assert_eq!(other_case("17"), None);
        assert_eq!(other_case("C000123").as_deref(), Some("c000123"));
        assert_eq!(cut_short("cust_9").as_deref(), Some("cust_"));
        assert_eq!(cut_short("user_217").as_deref(), Some("user_"));
        assert_eq!(cut_short("C000123").as_deref(), Some("C00012"));
        assert_eq!(cut_short("cus_20240917").as_deref(), Some("cus_2024091"));
        assert_eq!(cut_short("c9"), None);
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
}
