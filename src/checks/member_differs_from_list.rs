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
    let nothing = "no record was both listed and read in the same state";
    let verdict = judge_reads(study, operation, nothing, &|reader, read, reads, ruling| {
        let compared = Compared::of(study, reader, read, reads)?;
        ruling.evidence.pairs += 1;
        judge_read(&compared, ruling)
    });
    // What is wrong for both tenants is told of the own one.
    if matches!(&verdict, Verdict::Judged { blames, .. } if !blames.is_empty()) {
        return verdict;
    }
    reading::with_second(study, operation, verdict, |reader, read| differs_for_second(study, reader, read))
}

/// A record as its list shows it beside what a reader gives, in one state.
struct Compared<'a> {
    study: &'a Study,
    reader: &'a Reader<'a>,
    read: &'a Read<'a>,
    resource: &'a Resource,
    listed: &'a Value,
    record: &'a Value,
    /// How much a difference weighs.
    level: Level,
    /// Reads that show that nothing was changed, although the versions differ.
    witnesses: Vec<Case>,
    /// Fields that expansions add.
    left_out: Vec<String>,
}

impl<'a> Compared<'a> {
    fn of(study: &'a Study, reader: &'a Reader<'a>, read: &'a Read<'a>, reads: &[Read<'_>]) -> Option<Self> {
        let record = read.record().filter(|_| read.is_plain())?;
        let known = read.known.as_ref().filter(|_| !read.ambiguous)?;
        let (listed, resource) = (known.sample?, reader.resource(study)?);
        // Another record is another fault.
        if record.pointer(&resource.key).and_then(key_text).is_some_and(|key| key != known.key) {
            return None;
        }
        let (level, witnesses) = match standing(Some(resource), listed, record) {
            Standing::Changed => (study.level(&resource.about, Level::Deny), unmoved(resource, reads)?),
            Standing::Same | Standing::Unpromised => (study.level(&resource.about, Level::Deny), Vec::new()),
            Standing::Untold => (study.level(&resource.about, Level::Note).min(Level::Note), Vec::new()),
        };
        let left_out = additions(&study.contract);
        Some(Self { study, reader, read, resource, listed, record, level, witnesses, left_out })
    }

    fn is_volatile(&self, field: &str) -> bool {
        let within = |known: &String| field.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.resource.volatile.iter().any(|known| field == known || within(known))
    }

    /// That a field differs.
    fn blame(&self, field: &str, level: Level) -> Blame {
        let (listed, read_as) = shapes_at(self.listed, self.record, field);
        let title = format!("field `{}` differs between list and reader", field_words(field));
        let mut blame = self.read.blame(self.study, self.reader, title);
        blame.cases.splice(0..0, self.witnesses.iter().filter(|case| *case != self.read.case).cloned());
        blame
            .compare(format!("the same value as in the list ({listed})"), format!("another value ({read_as})"))
            .at(self.reader.reads.pointer(field))
            .by(&self.study.contract, format!("/x-contract/resources/{}", escape(&self.reader.reads.resource)))
            .shown(shown_at(self.listed, self.record, field))
            .level(level)
            .mark(field)
            .against_list(self.study, self.reader)
    }

    /// That a field is shown in the list alone: lists may show less than the reader; the reverse is odd, and nothing forbids
    /// it.
    fn lost_field(&self) -> Option<Blame> {
        let shapes = self.study.contract.shapes.with_parts(record_shape(&self.study.contract, self.reader)?);
        let is_lost = |name: &&String| {
            self.listed.get(name.as_str()).is_some_and(|value| !value.is_null())
                && self.record.get(name.as_str()).is_none()
                && !self.left_out.contains(&format!("/{}", escape(name)))
        };
        let lost = shapes.iter().flat_map(|shape| shape.members.keys()).find(is_lost)?;
        let at = format!("/{}", escape(lost));
        let mut blame = self.blame(&at, Level::Note);
        blame.title = format!("field `{lost}` is shown in the list and not by the reader");
        Some(blame.mark(format!("{at} lost")))
    }
}

fn judge_read(compared: &Compared<'_>, ruling: &mut Ruling) -> Option<Blame> {
    let Compared { study, reader, listed, record, .. } = *compared;
    let shape = record_shape(&study.contract, reader);
    let fields = differences(&study.contract, shape, listed, record, &compared.left_out);
    let (volatile, firm): (Vec<String>, Vec<String>) =
        fields.into_iter().partition(|field| compared.is_volatile(field));
    for field in &volatile {
        ruling.once(compared.blame(field, Level::Note));
    }
    if firm.len() > MANY {
        let mut blame = compared.blame(&firm[0], compared.level);
        blame.title = "list and reader show different records under one key".to_owned();
        blame.actual = format!("{} fields differ", firm.len());
        return Some(blame.mark("many"));
    }
    for field in &firm {
        ruling.once(compared.blame(field, compared.level));
    }
    compared.lost_field()
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
