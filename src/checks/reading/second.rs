//! What the second tenant gets when it reads its own records: what works for one tenant may not work for another.

use serde_json::Value;

use super::plans::{is_sendable, plan_reads};
use super::{Reader, readers};
use crate::case::{Access, Call, Case};
use crate::checks::filtering::is_special;
use crate::checks::{Blame, Verdict};
use crate::contract::Operation;
use crate::contract::semantics::{Lists, ReadKey};
use crate::document::node;
use crate::event::Evidence;
use crate::study::row::key_text;
use crate::study::{Observation, Seen, Study, WalkSeen};

/// A read of one of the second tenant's own records.
pub(crate) struct SecondRead<'a> {
    pub(crate) answer: &'a Observation,
    /// The way of reading, and the key that was asked for.
    pub(crate) by: &'a ReadKey,
    pub(crate) text: Box<str>,
    /// The record as the tenant's list shows it.
    pub(crate) listed: &'a Value,
    case: &'a Case,
    list: Option<Case>,
}

impl<'a> SecondRead<'a> {
    /// The record of a success; null where the answer holds none.
    pub(crate) fn record(&self, reader: &Reader<'a>) -> Option<&'a Value> {
        self.answer.json.as_ref().filter(|_| self.answer.is_success()).map(|body| reader.reads.record(body))
    }

    /// A fault that this read shows beside the tenant's list.
    pub(crate) fn blame(&self, study: &Study, reader: &Reader<'_>, title: &str) -> Blame {
        let index = reader.reads.by.iter().position(|other| other == self.by).unwrap_or_default();
        let cases = self.list.iter().chain([self.case]).cloned().collect();
        Blame::of_cases(title, cases, vec![self.answer.sent.clone()])
            .by(&study.contract, format!("{}/x-contract/reads/by/{index}", reader.operation.pointer))
            .under(study, &self.by.about, study.level(&reader.reads.about, crate::finding::Level::Deny))
            .mark(format!("{} for the second tenant", self.by.key))
            .shown(&*self.text)
    }
}

/// Records of the second tenant that are read by each key, beside those that are its alone.
const MOST_SECOND: usize = 2;

/// A call that reads a record with the second tenant's access.
pub(crate) fn second_call(operation: &Operation, by: &ReadKey, key: Value) -> Case {
    Case::Call(Call::new(&operation.id).with(&by.slot, key).access(Access::Second))
}

/// Whether the own tenant lists the very same record: then it is not the second tenant's, and another fault.
fn is_shared(study: &Study, list: &Operation, lists: &Lists, record: &Value) -> bool {
    let key = node(record, study.contract.key_of(lists)).and_then(key_text);
    let ours = key.and_then(|key| study.reference(&list.id)?.get(&key).cloned());
    ours.zip(study.model(&list.id)).is_some_and(|(ours, model)| ours.print == model.row(record, false).print)
}

/// The own reads, and a few of the second tenant's own records once its list is known.
pub(crate) fn plan_both(study: &Study) -> Vec<Case> {
    let mut cases = plan_reads(study);
    for reader in readers(study).filter(|_| study.means.has_second) {
        let Some((list, lists)) = reader.list(study) else { continue };
        let Some(Seen::Walk(walk)) = study.get(&Case::Walk(study.walk_of(list, lists, Access::Second))) else {
            continue;
        };
        for by in &reader.reads.by {
            let field = if reader.is_own_key(study, by) { study.contract.key_of(lists) } else { &by.key };
            let own = walk.samples.iter().filter(|(_, record)| !is_shared(study, list, lists, record));
            let kept = own.filter_map(|(_, record)| node(record, field));
            let usable = |value: &&Value| key_text(value).is_some_and(|text| is_sendable(&text) && !is_special(&text));
            let keys: Vec<&Value> = kept.filter(usable).collect();
            // The first and the last are read by whoever looks for foreign ones.
            let picked = (1..=MOST_SECOND).filter_map(|part| keys.get(keys.len() * part / (MOST_SECOND + 1)));
            cases.extend(picked.map(|key| second_call(reader.operation, by, (*key).clone())));
        }
    }
    cases
}

/// The walk over the second tenant's list that kept a record in full: without it, the read could not be judged once more.
fn showing(study: &Study, list: &Operation, lists: &Lists, listed: &Value) -> Case {
    let first = Case::Walk(study.walk_of(list, lists, Access::Second));
    let keeps = |walk: &WalkSeen| {
        let query = &walk.walk.query;
        let kept = || walk.samples.iter().any(|(_, record)| **record == *listed);
        query.is_whole() && query.access == Access::Second && kept()
    };
    let known = matches!(study.get(&first), Some(Seen::Walk(walk)) if keeps(walk));
    let other = study.walks(&list.id).filter(|_| !known).find(|(_, walk)| keeps(walk));
    other.map_or(first, |(case, _)| case.clone())
}

/// Adds to a verdict what the second tenant's reads of its own records show; one blame per mark.
pub(crate) fn with_second<'a>(
    study: &'a Study,
    operation: &'a Operation,
    verdict: Verdict,
    opinion: impl Fn(&Reader<'a>, &SecondRead<'a>) -> Option<Blame>,
) -> Verdict {
    let Some(clause) = &operation.clause.reads else { return verdict };
    let (mut answers, mut found) = (0, Vec::<Blame>::new());
    let reader = Reader { operation, reads: clause };
    let Some((list, lists)) = reader.list(study) else { return verdict };
    let theirs = study.reference_of(&list.id, Access::Second);
    for (case, answer) in study.answers(&operation.id) {
        let call = &answer.call;
        if call.access != Access::Second || call.method.is_some() || call.values.len() != 1 || answer.is_unsent() {
            continue;
        }
        let Some((by, text)) = clause.by.iter().find_map(|by| Some((by, call.value(&by.slot).and_then(key_text)?)))
        else {
            continue;
        };
        let field = if reader.is_own_key(study, by) { study.contract.key_of(lists) } else { &by.key };
        let has = |record: &Value| node(record, field).and_then(key_text).as_deref() == Some(&*text);
        let mut holders = theirs.samples.iter().filter(|(_, record)| has(record));
        let (Some((_, listed)), None) = (holders.next(), holders.next()) else { continue };
        if is_shared(study, list, lists, listed) {
            continue;
        }
        let list = showing(study, list, lists, listed);
        let read = SecondRead { answer, by, text, listed, case, list: Some(list) };
        answers += 1;
        if let Some(blame) = opinion(&reader, &read)
            && found.iter().all(|known| known.mark != blame.mark)
        {
            found.push(blame);
        }
    }
    match verdict {
        Verdict::Judged { mut evidence, mut blames } => {
            evidence.answers += answers;
            blames.extend(found);
            Verdict::Judged { evidence, blames }
        }
        // Where no own record was read, as when a fault is looked at again, theirs are all there is.
        Verdict::Inconclusive { .. } if !found.is_empty() => {
            Verdict::Judged { evidence: Evidence { answers, ..Evidence::default() }, blames: found }
        }
        verdict => verdict,
    }
}
