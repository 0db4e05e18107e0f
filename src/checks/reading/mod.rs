//! What the checks on single records share: which keys to read, how an answer to a key reads, and how two showings of one
//! record compare.

mod controls;
mod expansions;
mod invented;
mod plans;
mod probes;
mod reads;
mod second;
mod showings;

use serde_json::Value;

use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Call, Case};
use crate::contract::Operation;
use crate::contract::semantics::{Lists, ReadKey, Reads, Resource};
use crate::study::Study;

pub(super) use controls::is_refused_anyway;
pub(super) use expansions::{asks, expand_pointer, judge_expanded, plan_expanded, plan_expanded_lists};
pub(super) use invented::unescaped;
pub(super) use plans::{named_keys, plan_reads, plan_repeats};
pub(super) use probes::{
    Probe, Twisted, answers_to_unknown, plain_probe_fails, plan_encoded, plan_hostile, plan_unknown, probe_of, twisted,
};
pub(super) use reads::{Known, Read, reads, shows_key};
pub(super) use second::{SecondRead, plan_both, second_call, with_second};
pub(super) use showings::{
    Standing, additions, differences, field_words, is_movement, later_version, record_shape, shapes_at, shown_at,
    standing,
};

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
    ruling.or_inconclusive(nothing, "supply a tenant with records, or a known key with --known-id RESOURCE=KEY")
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

/// Whether a status turns a reader away for the key it asked for. One that speaks of access does where other records are
/// read with the same access, or where the list that shows the key asks for no other.
pub(super) fn turns_away<'a>(study: &'a Study, reader: &Reader<'a>, reads: &[Read<'a>], status: u16) -> bool {
    let readable = || reads.iter().any(|other| other.known.is_some() && other.answer.is_success());
    let alike = || reader.list(study).is_some_and(|(list, _)| list.security == reader.operation.security);
    is_refusal(status) || (matches!(status, 401 | 403) && (readable() || alike()))
}

/// Whether a status says that the server itself stumbled, not somebody in front of it.
pub(super) fn is_crash(status: u16) -> bool {
    status >= 500 && !matches!(status, 502..=504)
}
