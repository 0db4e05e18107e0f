//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::filtering::is_special;
use super::reading::{self, Known, Probe, Read, Reader, is_crash, judge_reads, probe_of, turns_away, unescaped};
use super::{Blame, Verdict};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::row::key_text;
use crate::study::{Reference, Study};

check! {
    /// Keys that need percent-encoding are decoded wrongly.
    ///
    /// ## Why it matters
    /// Keys with spaces, slashes, `%` or non-Latin letters are rare enough to be forgotten in tests and common enough to break
    /// for a real customer. A server that decodes twice lets one key stand for another.
    ///
    /// ## Example
    /// The list shows the key `a b/c`; `GET /customers/a%20b%2Fc` is answered with status 404.
    ///
    /// ## Source
    /// RFC 3986, section 2.1; the keys are taken from records of the list, or are sure not to exist.
    id: "key-encoding-broken", family: Records, level: Deny, proof: Probe,
    faults: ["path-not-decoded", "special-keys-forbidden", "path-cut-at-slash", "path-decoded-twice", "unknown-special-id-first-record"],
    plan: reading::plan_encoded, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_reads(study, operation, "no key with special characters was read", &|reader, read, reads, ruling| {
        let status = read.answer.status.filter(|_| read.is_plain() && read.answer.failure.is_none())?;
        let answers = &mut ruling.evidence.answers;
        if let Some(known) = &read.known {
            let is_refusal = |status: u16| turns_away(study, reader, reads, status);
            let anyway = || is_refusal(status) && reading::is_refused_anyway(study, reader, known);
            if !tells(read, known, reads, status, &is_refusal) || anyway() {
                return None;
            }
            *answers += 1;
            return of_listed(read, known, status, &is_refusal)
                .map(|actual| blame_listed(study, reader, read, known, actual));
        }
        if is_known_twice_decoded(study, reader, read, reads) {
            *answers += 1;
            return read.answer.is_success().then(|| {
                read.blame(study, reader, "keys are decoded twice".to_owned())
                    .compare("no record with this key", format!("status {status} with the record of another key"))
                    .against_list(study, reader)
                    .mark("twice")
            });
        }
        if probe_of(study, &read.text) != Some(Probe::Encoded) {
            return None;
        }
        *answers += 1;
        let fails = read.answer.is_success() || is_crash(status);
        (fails && !reading::plain_probe_fails(study, reads)).then(|| {
            read.blame(study, reader, "a key with special characters that nobody has is not refused".to_owned())
                .compare("a refusal (4xx)", format!("status {status}"))
                .level(Level::Deny)
                .mark("unknown")
                .alone()
        })
    })
}

/// Whether the answer to a listed key tells something of its characters.
fn tells(
    read: &Read<'_>,
    known: &Known<'_>,
    reads: &[Read<'_>],
    status: u16,
    is_refusal: &dyn Fn(u16) -> bool,
) -> bool {
    // Where plain keys of this kind cannot be read either, it is not the characters.
    let kin: Vec<(&Read<'_>, &Known<'_>)> = reads
        .iter()
        .filter(|other| is_unreserved(&other.text))
        .filter_map(|other| Some((other, other.known.as_ref().filter(|of| of.by == known.by)?)))
        .collect();
    let plain_works = kin.iter().any(|(other, _)| shown_key(other, known).is_some_and(|key| key == other.text));
    // A record that need not be found any more says nothing about its key.
    let gone =
        |of: &Known<'_>| read.reads.gone.as_ref().zip(of.sample).is_some_and(|(gone, record)| gone.covers(record));
    // Where plain keys fare alike, whatever it is that refuses some records, it is not the characters.
    let fares_alike = |(other, of): &(&Read<'_>, &Known<'_>)| {
        other.is_plain() && !other.ambiguous && other.answer.status.is_some_and(is_refusal) && !gone(of)
    };
    let refused = is_refusal(status);
    is_special(&read.text)
        && !read.ambiguous
        && (plain_works || kin.is_empty())
        && !(refused && (gone(known) || kin.iter().any(fares_alike)))
}

/// The key that the record of a read shows, by the way of reading of a known one.
fn shown_key(read: &Read<'_>, known: &Known<'_>) -> Option<Box<str>> {
    read.record()?.pointer(&known.by.key).and_then(key_text)
}

/// What came instead of the record with a listed key, in words.
fn of_listed(read: &Read<'_>, known: &Known<'_>, status: u16, is_refusal: &dyn Fn(u16) -> bool) -> Option<String> {
    if shown_key(read, known).is_some_and(|key| key != read.text) {
        return Some("another record".to_owned());
    }
    is_refusal(status).then(|| format!("status {status}"))
}

fn blame_listed(study: &Study, reader: &Reader<'_>, read: &Read<'_>, known: &Known<'_>, actual: String) -> Blame {
    read.blame(study, reader, "a listed key with special characters cannot be read".to_owned())
        .compare("the record with this key", actual)
        .against_list(study, reader)
        .mark(format!("listed {}", known.by.key))
}

/// Whether a key is that of a known record, encoded once more.
fn is_known_twice_decoded(study: &Study, reader: &Reader<'_>, read: &Read<'_>, reads: &[Read<'_>]) -> bool {
    let Some(decoded) = unescaped(&read.text).filter(|decoded| decoded.len() + 2 == read.text.len()) else {
        return false;
    };
    let is_alias = |record: &Value| record.pointer(&read.by.key).and_then(key_text).is_some_and(|key| *key == *decoded);
    let is_listed = |reference: &Reference| {
        reference.get(&decoded).is_some() || reference.samples.iter().any(|(_, record)| is_alias(record))
    };
    reads.iter().any(|other| *other.text == *decoded && other.known.is_some())
        || reader.list(study).and_then(|(list, _)| study.reference(&list.id)).is_some_and(is_listed)
}

/// Whether a key is the same however it is encoded: RFC 3986, section 2.3.
fn is_unreserved(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~'))
}
