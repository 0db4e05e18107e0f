//! See the explanation on [`CHECK`].

use super::Verdict;
use super::filtering::is_special;
use super::reading::{self, Probe, is_crash, judge_reads, probe_of, turns_away, unescaped};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;
use crate::study::row::key_text;

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
        if let Some(known) = &read.known {
            let is_refusal = |status: u16| turns_away(study, reader, reads, status);
            // Where plain keys of this kind cannot be read either, it is not the characters.
            let kin = |other: &&reading::Read<'_>| {
                is_unreserved(&other.text) && other.known.as_ref().is_some_and(|of| of.by == known.by)
            };
            let plain_works = reads.iter().filter(kin).any(|other| {
                let shown = |known: &reading::Known<'_>| {
                    other.record().and_then(|record| record.pointer(&known.by.key)).and_then(key_text)
                };
                other.known.as_ref().and_then(shown).is_some_and(|key| key == other.text)
            });
            let nothing_plain = !reads.iter().any(|other| kin(&other));
            // A record that need not be found any more says nothing about its key.
            let gone = |of: &reading::Known<'_>| {
                read.reads.gone.as_ref().zip(of.sample).is_some_and(|(gone, record)| gone.covers(record))
            };
            // Where plain keys fare alike, whatever it is that refuses some records, it is not the characters.
            let alike = is_refusal(status)
                && reads.iter().filter(kin).filter(|other| other.is_plain() && !other.ambiguous).any(|other| {
                    other.answer.status.is_some_and(is_refusal) && other.known.as_ref().is_some_and(|of| !gone(of))
                });
            if !is_special(&read.text)
                || read.ambiguous
                || !(plain_works || nothing_plain)
                || alike
                || (is_refusal(status) && reading::is_refused_anyway(study, reader, known))
                || (gone(known) && is_refusal(status))
            {
                return None;
            }
            ruling.evidence.answers += 1;
            let key = read.record().and_then(|record| record.pointer(&known.by.key)).and_then(key_text);
            let other = key.is_some_and(|key| key != read.text);
            let actual = match () {
                () if other => "another record".to_owned(),
                () if is_refusal(status) => format!("status {status}"),
                () => return None,
            };
            return Some(
                read.blame(study, reader, "a listed key with special characters cannot be read".to_owned())
                    .compare("the record with this key", actual)
                    .against_list(study, reader)
                    .mark(format!("listed {}", known.by.key)),
            );
        }
        let decoded = unescaped(&read.text).filter(|decoded| decoded.len() + 2 == read.text.len());
        let twice = decoded.is_some_and(|decoded| {
            reads.iter().any(|other| *other.text == *decoded && other.known.is_some())
                || reader.list(study).is_some_and(|(list, _)| {
                    study.reference(&list.id).is_some_and(|reference| {
                        reference.get(&decoded).is_some()
                            || reference.samples.iter().any(|(_, record)| {
                                let alias = record.pointer(&read.by.key).and_then(key_text);
                                alias.is_some_and(|alias| *alias == *decoded)
                            })
                    })
                })
        });
        if twice {
            ruling.evidence.answers += 1;
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
        ruling.evidence.answers += 1;
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

/// Whether a key is the same however it is encoded: RFC 3986, section 2.3.
fn is_unreserved(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~'))
}
