//! Whether a record whose key has special characters can be read at all: by another key of its own, with nothing special
//! about it.

use super::plans::is_sendable;
use super::reads::{Known, reads};
use super::{Reader, readers};
use crate::case::{Call, Case};
use crate::checks::filtering::is_special;
use crate::document::node;
use crate::study::row::key_text;
use crate::study::{Seen, Study};

/// Reads of the records whose special keys were refused, by plain keys.
pub(super) fn plan_controls(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for reader in readers(study) {
        for read in reads(study, reader.operation) {
            let refused = read.answer.status.is_some_and(|status| (400..500).contains(&status));
            let listed = read.known.as_ref().filter(|_| refused && read.is_plain() && is_special(&read.text));
            cases.extend(listed.and_then(|known| plain_call(study, &reader, known)).map(Case::Call));
        }
    }
    cases
}

/// Whether a record was refused under a plain key of its own: then it is not the characters of another one.
pub(crate) fn is_refused_anyway(study: &Study, reader: &Reader<'_>, known: &Known<'_>) -> bool {
    let control = plain_call(study, reader, known).map(Case::Call);
    matches!(
        control.and_then(|case| study.get(&case)),
        Some(Seen::Answer(answer)) if answer.status.is_some_and(|status| (400..500).contains(&status))
    )
}

/// The read of a listed record by the first of its other keys that has nothing special about it.
fn plain_call(study: &Study, reader: &Reader<'_>, known: &Known<'_>) -> Option<Call> {
    let record = known.sample?;
    let siblings = readers(study).filter(|sibling| sibling.reads.resource == reader.reads.resource);
    siblings.into_iter().find_map(|sibling| {
        let mut others = sibling.reads.by.iter().filter(|by| by.key != known.by.key);
        others.find_map(|by| {
            let (_, lists) = sibling.list(study)?;
            let own = sibling.is_own_key(study, by);
            let value = node(record, if own { study.contract.key_of(lists) } else { &by.key })?;
            let usable = key_text(value).is_some_and(|text| is_sendable(&text) && !is_special(&text));
            usable.then(|| sibling.call(by, value.clone()))
        })
    })
}
