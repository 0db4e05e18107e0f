//! Which records are read, by which keys.

use std::collections::HashSet;

use serde_json::Value;

use super::{Reader, SECOND, readers};
use crate::case::{Access, Call, Case};
use crate::checks::draw::draw;
use crate::checks::filtering::{Ground, foundation, is_special};
use crate::contract::semantics::ReadKey;
use crate::document::node;
use crate::study::features::{lookalike, spread};
use crate::study::row::key_text;
use crate::study::{Row, Study, Trait};

/// Most records read per key, by how many other ways of reading there are.
const MOST_READS: [usize; 3] = [20, 16, 12];
/// Records read a second time.
const MOST_REPEATS: usize = 3;

/// Reads of known records, by every key of every reader.
pub(crate) fn plan_reads(study: &Study) -> Vec<Case> {
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
            let pointer = pointer_of(study, &ground, &reader, by);
            for record in chosen(study, &ground, &reader, by) {
                let Some(value) = node(record, pointer) else { continue };
                if key_text(value).is_some_and(|text| is_sendable(&text)) {
                    cases.push(Case::Call(reader.call(by, value.clone())));
                }
            }
            let twins = lookalikes(study, &ground, &reader, by).into_iter().take(MOST_TWINS);
            cases.extend(twins.map(|(_, usual)| Case::Call(reader.call(by, Value::from(usual)))));
        }
    }
    cases
}

/// Pairs of keys that are one number of which both are read.
const MOST_TWINS: usize = 2;

/// Kept records whose key is that of another record in another writing of the same number: indices of the samples, and the
/// other key. Of what may be gone, nothing is promised.
fn lookalikes(study: &Study, ground: &Ground<'_>, reader: &Reader<'_>, by: &ReadKey) -> Vec<(usize, String)> {
    if reader.reads.gone.is_some() {
        return Vec::new();
    }
    let pointer = pointer_of(study, ground, reader, by);
    let field = ground.model.field(&by.key);
    let own = reader.is_own_key(study, by);
    let has = |row: &Row, key: &str| match field.and_then(|field| row.traits.get(field)) {
        _ if own => row.key.as_deref() == Some(key),
        Some(Trait::Text(text, _)) => **text == *key,
        _ => false,
    };
    let rows = ground.walk.samples.iter().enumerate();
    let written = rows.filter_map(|(index, (_, record))| Some((index, lookalike(node(record, pointer)?.as_str()?)?)));
    written.filter(|(_, usual)| ground.walk.rows.iter().any(|row| has(row, usual))).collect()
}

/// How many records are read per key.
fn most_reads(study: &Study) -> usize {
    let ways: usize = readers(study).map(|reader| reader.reads.by.len()).sum();
    match study.means.reads {
        0 => MOST_READS[ways.saturating_sub(1).min(2)],
        reads => reads,
    }
}

/// Where the records of a list show the key of a way of reading.
pub(super) fn pointer_of<'a>(study: &Study, ground: &Ground<'a>, reader: &Reader<'a>, by: &'a ReadKey) -> &'a str {
    if reader.is_own_key(study, by) { ground.model.key.as_str() } else { by.key.as_str() }
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
pub(crate) fn named_keys<'a>(study: &'a Study, reader: &Reader<'a>, by: &ReadKey) -> Vec<&'a str> {
    let as_parameter = study.means.params.get(by.slot.name());
    // Known ids are the resource's own keys; where a reader has no such way of reading, they are what it reads by.
    let own = reader.is_own_key(study, by) || !reader.reads.by.iter().any(|by| reader.is_own_key(study, by));
    let known = study.means.known_ids.get(&reader.reads.resource).filter(|_| own);
    as_parameter.into_iter().chain(known.into_iter().flatten()).map(String::as_str).collect()
}

/// Some records once more, later than the first time.
pub(crate) fn plan_repeats(study: &Study) -> Vec<Case> {
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

/// Whether a key can be sent at all: `.` and `..` are folded away by every client, and an empty one is another address.
pub(super) fn is_sendable(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.chars().any(char::is_control)
}

/// The records of a list worth reading: first and last, page borders, keys with special characters, each value of an
/// enumeration, and others that differ from those as much as can be.
pub(super) fn chosen<'a>(study: &Study, ground: &Ground<'a>, reader: &Reader<'a>, by: &'a ReadKey) -> Vec<&'a Value> {
    let samples: Vec<&Value> = ground.walk.samples.iter().map(|(_, record)| &**record).collect();
    let (pointer, most) = (pointer_of(study, ground, reader, by), most_reads(study));
    let salt = format!("{} reads {}", reader.operation.id, by.key);
    let choice = study.choose(ground.purpose(&format!("{salt} {most}")), || {
        let mut taken: Vec<usize> = Vec::new();
        let mut take = |index: usize| {
            if taken.len() < most && !taken.contains(&index) {
                taken.push(index);
            }
        };
        if !samples.is_empty() {
            [0, samples.len() - 1].into_iter().for_each(&mut take);
        }
        // Then both sides of page borders.
        let starts = &ground.walk.starts;
        let border = |row: &usize| starts.contains(row) || starts.contains(&(row + 1));
        let rows = ground.walk.samples.iter().enumerate();
        rows.filter(|(_, (row, _))| border(row)).map(|(index, _)| index).take(most / 6).for_each(&mut take);
        let twins = lookalikes(study, ground, reader, by).into_iter().take(MOST_TWINS);
        twins.map(|(index, _)| index).for_each(&mut take);
        telling_keys(&samples, pointer).into_iter().take(most / 2).for_each(&mut take);
        let mut order = Vec::new();
        if !samples.is_empty() {
            order = draw(study, &salt, &(0..samples.len()), samples.len() * 2);
            order.extend(0..samples.len());
        }
        let mut known = HashSet::new();
        order.retain(|index| known.insert(*index));
        for (name, value) in states(&samples, &ground.model.enumerated) {
            let shows = |index: &usize| samples[*index].get(name) == Some(value);
            if taken.len() < most && !taken.iter().any(shows) {
                taken.extend(order.iter().copied().find(shows));
            }
        }
        // Whatever is read without limit needs no choice.
        if most < samples.len() {
            spread(&samples, &order, &mut taken, most);
        } else {
            order.retain(|index| !taken.contains(index));
            taken.extend(order);
        }
        taken
    });
    choice.into_iter().filter_map(|index| samples.get(index).copied()).collect()
}

/// Each value that records show of members whose values the document names: servers treat records by them.
fn states<'a>(samples: &[&'a Value], enumerated: &'a [String]) -> Vec<(&'a str, &'a Value)> {
    let mut found: Vec<(&str, &Value)> = Vec::new();
    for name in enumerated {
        for value in samples.iter().filter_map(|record| record.get(name)) {
            if !found.contains(&(name, value)) {
                found.push((name, value));
            }
        }
    }
    found
}

/// Indices of records whose keys hold characters that encodings are known to spoil: one for each character, the most
/// dangerous first, and one for all letters outside ASCII.
fn telling_keys(samples: &[&Value], pointer: &str) -> Vec<usize> {
    const DANGEROUS: [char; 7] = ['/', '%', '+', ' ', '?', '#', '&'];
    let class = |c: char| if c.is_ascii() { c } else { 'ä' };
    let mut holders: Vec<(usize, char, usize)> = Vec::new();
    for (index, record) in samples.iter().enumerate() {
        let Some(key) = node(record, pointer).and_then(key_text) else { continue };
        for c in key.chars().filter(|c| is_special(&c.to_string())).map(class) {
            if !holders.iter().any(|(_, known, _)| *known == c) {
                let rank = DANGEROUS.iter().position(|known| *known == c).unwrap_or(DANGEROUS.len());
                holders.push((rank, c, index));
            }
        }
    }
    holders.sort_by_key(|(rank, ..)| *rank);
    holders.into_iter().map(|(.., index)| index).collect()
}
