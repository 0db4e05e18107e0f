//! See the explanation on [`CHECK`].

use super::reading::{self, Read, Reader, judge_reads};
use super::{Verdict, not_applicable};
use crate::contract::Operation;
use crate::study::Study;
use crate::study::row::key_text;

check! {
    /// Reading a record by its key gives another record.
    ///
    /// ## Why it matters
    /// The consumer shows, bills or changes the wrong customer, and nothing in the answer looks wrong.
    ///
    /// ## Example
    /// `GET /v1/customers/cust_17` gives the customer `cust_18`.
    ///
    /// ## Source
    /// `reads` of the operation's `x-contract`: the record's key equals the one that was asked for.
    id: "wrong-member", family: Records, level: Deny, proof: Answer,
    faults: ["get-returns-another-record", "get-changes-key", "record-wrapped", "get-returns-another-record-for-one-tenant"],
    plan: reading::plan_both, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if let Some(clause) = &operation.clause.reads {
        let reader = Reader { operation, reads: clause };
        let own = clause.by.iter().any(|by| reader.is_own_key(study, by));
        if !own && reader.list(study).is_some() {
            return not_applicable("records are not read by their own key here");
        }
    }
    let verdict = judge_reads(study, operation, "no record was read by its key", &|reader, read, _, ruling| {
        let record = read.record()?;
        if read.known.is_some() && !read.ambiguous && is_foreign_object(study, reader, record) {
            ruling.evidence.answers += 1;
            let blame = read.blame(study, reader, "reading by key gives no record at all".to_owned());
            return Some(
                blame
                    .compare("a record", "nothing that a record is declared to have")
                    .at(reader.reads.item.clone())
                    // Looked at again, the key has to be known as that of a record.
                    .against_list(study, reader)
                    .alone(),
            );
        }
        let right = is_right(study, reader, read, record)?;
        ruling.evidence.answers += 1;
        if right {
            return None;
        }
        let mut blame = read
            .blame(study, reader, "reading by key gives another record".to_owned())
            .compare("the record with the key asked for", "a record with another key")
            .at(reader.resource(study).map(|resource| reader.reads.pointer(&resource.key)).unwrap_or_default());
        if read.known.is_some() {
            blame = blame.against_list(study, reader);
        }
        // Whatever the data: what has another key is not what was asked for.
        Some(blame.alone())
    });
    reading::with_second(study, operation, verdict, |reader, read| {
        let key = read.record(reader)?.pointer(&read.by.key).and_then(key_text).filter(|key| *key != read.text)?;
        let mut blame = read
            .blame(study, reader, "the second tenant reads another record than it asks for")
            .compare("the record with the key asked for", "a record with another key")
            .at(reader.reads.pointer(&read.by.key))
            .shown(&*key);
        // What has another key is not what was asked for, wherever the data has moved to.
        blame.compares = false;
        Some(blame)
    })
}

/// Whether an answer shows none of the members that a record may have: every one of them may be optional.
fn is_foreign_object(study: &Study, reader: &Reader<'_>, record: &serde_json::Value) -> bool {
    let Some(shape) = reading::record_shape(&study.contract, reader) else { return false };
    let shapes = study.contract.shapes.with_parts(shape);
    let mut declared = shapes.iter().flat_map(|shape| shape.members.keys());
    // Where the contract says in which member the record is, nothing in it is no record either.
    record.as_object().map_or(!reader.reads.item.is_empty(), |members| !declared.any(|name| members.contains_key(name)))
}

/// Whether the record is the one asked for; `None` when that is another check's matter or cannot be told.
fn is_right(study: &Study, reader: &Reader<'_>, read: &Read<'_>, record: &serde_json::Value) -> Option<bool> {
    let special = super::filtering::is_special(&read.text);
    match &read.known {
        Some(known) if reader.is_own_key(study, known.by) && !read.ambiguous => {
            let key = record.pointer(&known.by.key).and_then(key_text)?;
            // Special characters that were read wrongly are another check's matter.
            (key == read.text || !special).then_some(key == read.text)
        }
        Some(_) => None,
        // Where no list shows the record, the key that the user named is all there is to compare with.
        None => {
            if !reading::named_keys(study, reader, read.by).contains(&&*read.text) {
                return None;
            }
            let same_slot = reader.reads.by.iter().filter(|by| by.slot == read.by.slot);
            let keys: Vec<_> = same_slot.filter_map(|by| record.pointer(&by.key).and_then(key_text)).collect();
            (!keys.is_empty()).then(|| keys.contains(&read.text))
        }
    }
}
