//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::reading::{
    self, Read, Reader, SecondRead, Standing, additions, differences, field_words, is_movement, judge_reads,
    later_version, record_shape, shapes_at, shown_at, standing,
};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::Case;
use crate::contract::Operation;
use crate::contract::semantics::Resource;
use crate::document::escape;
use crate::finding::Level;
use crate::study::Study;
use crate::study::row::key_text;

/// Reads that stand beside one to show that versions differ throughout.
const WITNESSES: usize = 4;
/// Differences after which a record counts as another one altogether.
const MANY: usize = 4;

check! {
    /// A record shows other values when it is read than in the list.
    ///
    /// ## Why it matters
    /// Consumers take the list for a summary of the records. When the two disagree, one of them is wrong, and nobody knows
    /// which.
    ///
    /// ## Example
    /// The list shows `status: active`, reading the same customer shows `status: inactive`; `updatedAt` is the same.
    ///
    /// ## Source
    /// `resources` of the root's `x-contract`: list and reader show one record. Only declared fields that both show are
    /// compared, and only as long as the record's version stands still; versions that differ for most records although they
    /// are far from recent are no changes, and are a difference themselves. `volatile` fields are a note.
    id: "member-differs-from-list", family: Records, level: Deny, proof: Versions,
    faults: ["get-differs-from-list", "number-differs-from-list", "alias-differs", "get-mixes-records", "get-shows-old-state", "get-lacks-optional-field", "get-differs-from-list-for-one-tenant"],
    plan: reading::plan_both, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if let Some(clause) = &operation.clause.reads {
        let reader = reading::Reader { operation, reads: clause };
        if reader.list(study).is_none_or(|(_, lists)| lists.key.is_some()) {
            return not_applicable("no list shows these records in the same form");
        }
    }
    let verdict = judge_reads(
        study,
        operation,
        "no record was both listed and read in the same state",
        &|reader, read, reads, ruling| compared(study, reader, read, reads, ruling),
    );
    // What is wrong for both tenants is told of the own one.
    if matches!(&verdict, Verdict::Judged { blames, .. } if !blames.is_empty()) {
        return verdict;
    }
    reading::with_second(study, operation, verdict, |reader, read| differs_for_second(study, reader, read))
}

/// A record as it is listed against what reading it shows.
fn compared(
    study: &Study,
    reader: &Reader<'_>,
    read: &Read<'_>,
    reads: &[Read<'_>],
    ruling: &mut Ruling,
) -> Option<Blame> {
    let record = read.record().filter(|_| read.is_plain())?;
    let known = read.known.as_ref().filter(|_| !read.ambiguous)?;
    let (sample, resource) = (known.sample?, reader.resource(study)?);
    // Another record is another fault.
    if record.pointer(&resource.key).and_then(key_text).is_some_and(|key| key != known.key) {
        return None;
    }
    let mut witnesses = Vec::new();
    let level = match standing(Some(resource), sample, record) {
        Standing::Changed => {
            witnesses = unmoved(resource, reads)?;
            study.level(&resource.about, Level::Deny)
        }
        Standing::Same | Standing::Unpromised => study.level(&resource.about, Level::Deny),
        Standing::Untold => study.level(&resource.about, Level::Note).min(Level::Note),
    };
    ruling.evidence.pairs += 1;
    let left_out = additions(&study.contract);
    let fields = differences(&study.contract, record_shape(&study.contract, reader), sample, record, &left_out);
    let is_volatile = |field: &String| {
        resource.volatile.iter().any(|known| field == known || field.starts_with(&format!("{known}/")))
    };
    let pointer = format!("/x-contract/resources/{}", escape(&reader.reads.resource));
    let make = |field: &str, level: Level| {
        let (listed, read_as) = shapes_at(sample, record, field);
        let title = format!("field `{}` differs between list and reader", field_words(field));
        let mut blame = read.blame(study, reader, title);
        blame.cases.splice(0..0, witnesses.iter().filter(|case| *case != read.case).cloned());
        blame
            .compare(format!("the same value as in the list ({listed})"), format!("another value ({read_as})"))
            .at(reader.reads.pointer(field))
            .by(&study.contract, pointer.clone())
            .shown(shown_at(sample, record, field))
            .level(level)
            .mark(field)
            .against_list(study, reader)
    };
    let (volatile, firm): (Vec<String>, Vec<String>) = fields.into_iter().partition(is_volatile);
    for field in &volatile {
        ruling.once(make(field, Level::Note));
    }
    if firm.len() > MANY {
        let mut blame = make(&firm[0], level);
        blame.title = "list and reader show different records under one key".to_owned();
        blame.actual = format!("{} fields differ", firm.len());
        return Some(blame.mark("many"));
    }
    for field in &firm {
        ruling.once(make(field, level));
    }
    let lost = lost_member(study, reader, (sample, record), &left_out)?;
    let at = format!("/{}", escape(&lost));
    let mut blame = make(&at, Level::Note);
    blame.title = format!("field `{lost}` is shown in the list and not by the reader");
    Some(blame.mark(format!("{at} lost")))
}

/// A member that the list shows and the reader does not. Lists may show less than the reader; the reverse is odd, and
/// nothing forbids it.
fn lost_member(
    study: &Study,
    reader: &Reader<'_>,
    (sample, record): (&Value, &Value),
    left_out: &[String],
) -> Option<String> {
    let shape = record_shape(&study.contract, reader)?;
    let shapes = study.contract.shapes.with_parts(shape);
    let mut names = shapes.iter().flat_map(|shape| shape.members.keys());
    let lost = names.find(|name| {
        let shown = |record: &Value| record.get(name.as_str()).is_some_and(|value| !value.is_null());
        let at = format!("/{}", escape(name));
        shown(sample) && record.get(name.as_str()).is_none() && !left_out.contains(&at)
    })?;
    Some(lost.clone())
}

/// A record that the second tenant reads otherwise than its list shows it, in the same state.
fn differs_for_second(study: &Study, reader: &Reader<'_>, read: &SecondRead<'_>) -> Option<Blame> {
    let (record, resource) = (read.record(reader)?, reader.resource(study)?);
    let key = |record: &Value| record.pointer(&resource.key).and_then(key_text);
    let state = standing(Some(resource), read.listed, record);
    if key(record) != key(read.listed) || !matches!(state, Standing::Same | Standing::Unpromised) {
        return None;
    }
    let left_out = [additions(&study.contract), resource.volatile.clone()].concat();
    let shape = record_shape(&study.contract, reader);
    let fields = differences(&study.contract, shape, read.listed, record, &left_out);
    let field = fields.first()?;
    let (listed, read_as) = shapes_at(read.listed, record, field);
    let title = format!("field `{}` differs between the second tenant's list and reader", field_words(field));
    let blame = read
        .blame(study, reader, &title)
        .compare(format!("the same value as in the list ({listed})"), format!("another value ({read_as})"))
        .at(reader.reads.pointer(field))
        .by(&study.contract, format!("/x-contract/resources/{}", escape(&reader.reads.resource)))
        .shown(shown_at(read.listed, record, field))
        .level(study.level(&resource.about, Level::Deny));
    Some(blame.mark(format!("{field} for the second tenant")))
}

/// Some of the reads that show another version than the list, where nothing was changed meanwhile all the same.
fn unmoved(resource: &Resource, reads: &[Read<'_>]) -> Option<Vec<Case>> {
    let (mut pairs, mut later, mut cases) = (0, Vec::new(), Vec::new());
    for read in reads.iter().filter(|read| read.is_plain() && !read.ambiguous) {
        let sample = read.known.as_ref().and_then(|known| Some((known.sample?, &known.key)));
        let Some(((sample, key), record)) = sample.zip(read.record()) else { continue };
        if record.pointer(&resource.key).and_then(key_text).is_some_and(|shown| shown != *key) {
            continue;
        }
        match standing(Some(resource), sample, record) {
            Standing::Same => pairs += 1,
            Standing::Changed => {
                pairs += 1;
                // What is no instant tells nothing.
                later.push(later_version(resource, sample, record)?);
                cases.push(read.case.clone());
            }
            Standing::Untold | Standing::Unpromised => {}
        }
    }
    cases.truncate(WITNESSES);
    (!is_movement(pairs, &later)).then_some(cases)
}
