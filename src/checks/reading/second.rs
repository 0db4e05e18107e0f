//! What the second tenant gets when it reads its own records: what works for one tenant may not work for another.

use serde_json::Value;

use super::Reader;
use crate::case::{Access, Call, Case};
use crate::checks::{Blame, Verdict};
use crate::contract::Operation;
use crate::contract::semantics::ReadKey;
use crate::event::Evidence;
use crate::study::row::key_text;
use crate::study::{Observation, Study};

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

impl SecondRead<'_> {
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

/// A call that reads a record with the second tenant's access.
pub(crate) fn second_call(operation: &Operation, by: &ReadKey, key: &str) -> Case {
    Case::Call(Call::new(&operation.id).with(&by.slot, key).access(Access::Second))
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
        let has = |record: &serde_json::Value| record.pointer(&by.key).and_then(key_text).as_deref() == Some(&*text);
        let mut holders = theirs.samples.iter().filter(|(_, record)| has(record));
        let (Some((_, listed)), None) = (holders.next(), holders.next()) else { continue };
        let list = Some(Case::Walk(study.walk_of(list, lists, Access::Second)));
        let read = SecondRead { answer, by, text, listed, case, list };
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
