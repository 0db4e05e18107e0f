//! What became of expansions, in reads and in lists.

use serde_json::Value;

use super::plans::{chosen, is_sendable, pointer_of};
use super::reads::reads;
use super::{plan_reads, readers};
use crate::case::{Access, Call, Case};
use crate::checks::filtering::{Ground, lawful_size, plan_each, row_pointer, sent_at};
use crate::checks::{Blame, Ruling, Verdict, not_applicable};
use crate::contract::Operation;
use crate::contract::semantics::Expand;
use crate::document::text_of;
use crate::exchange::Sent;
use crate::finding::Level;
use crate::study::row::key_text;
use crate::study::{ExpandFault, Study, expand_fault};

/// Records read with an expansion.
const MOST_EXPANDED: usize = 8;

/// Reads of some records with each expansion of the reader, and the same records without.
pub(crate) fn plan_expanded(study: &Study) -> Vec<Case> {
    let mut cases = plan_reads(study);
    for reader in readers(study) {
        let Some((operation, _)) = reader.list(study) else { continue };
        let Some(ground) = Ground::of(study, operation) else { continue };
        let Some(by) = reader.reads.by.first() else { continue };
        let pointer = pointer_of(study, &ground, &reader, by);
        // Those that are read anyway come first: each costs one request then.
        let mut samples = chosen(study, &ground, &reader, by);
        for (_, record) in &ground.walk.samples {
            if !samples.iter().any(|known| std::ptr::eq(*known, &**record)) {
                samples.push(record);
            }
        }
        for expand in &reader.operation.clause.expands {
            let refers = |record: &Value| {
                expand.agrees.values().any(|own| record.pointer(own).is_some_and(|value| !value.is_null()))
            };
            let with = samples.iter().filter(|record| refers(record)).take(MOST_EXPANDED - 1);
            let without = samples.iter().filter(|record| !refers(record)).take(1);
            for value in with.chain(without).filter_map(|record| record.pointer(pointer)) {
                if key_text(value).is_some_and(|text| is_sendable(&text)) {
                    let plain = reader.call(by, value.clone());
                    cases.push(Case::Call(plain.clone()));
                    cases.push(Case::Call(plain.with(&expand.slot, expand.value.clone())));
                }
            }
        }
    }
    cases
}

/// Lists with each of their expansions: the first pages.
pub(crate) fn plan_expanded_lists(study: &Study) -> Vec<Case> {
    plan_each(study, "expansions", |ground| {
        let expands = ground.operation.clause.expands.iter().map(|expand| {
            let mut query = ground.query();
            query.expand.push(expand.value.clone());
            query.size = Some(lawful_size(ground.lists, 100));
            Case::pages(query, 2)
        });
        expands.collect()
    })
}

/// Records that show what became of an expansion.
pub(crate) struct Expanded<'a> {
    pub(crate) index: usize,
    pub(crate) expand: &'a Expand,
    /// Records looked at.
    pub(crate) judged: u64,
    /// Records with the fault.
    pub(crate) faulty: u64,
    /// The first of them: case, request, pointer to the record in the body, what is wrong.
    pub(crate) first: Option<(&'a Case, Sent, String, ExpandFault)>,
}

/// Looks for a fault in every expansion of an operation. `asked` says which requests are looked at; `None`: all of them,
/// but only those that asked count as evidence.
pub(crate) fn expanded<'a>(
    study: &'a Study,
    operation: &'a Operation,
    asked: Option<bool>,
    wanted: fn(&ExpandFault) -> bool,
) -> Vec<Expanded<'a>> {
    let mut all = Vec::new();
    for (index, expand) in operation.clause.expands.iter().enumerate() {
        let mut one = Expanded { index, expand, judged: 0, faulty: 0, first: None };
        for read in reads(study, operation) {
            let asks = asks(&read.answer.call, expand);
            let Some(record) = read.record().filter(|_| asked.is_none_or(|asked| asked == asks)) else { continue };
            one.judged += u64::from(asks || asked.is_some());
            if let Some(fault) = expand_fault(expand, asks, record).filter(wanted) {
                one.faulty += 1;
                one.first.get_or_insert((read.case, read.answer.sent.clone(), read.reads.item.clone(), fault));
            }
        }
        for (case, walk) in study.walks(&operation.id) {
            let query = &walk.walk.query;
            let asks = query.expand.contains(&expand.value);
            if query.access != Access::Own || asked.is_some_and(|asked| asked != asks) {
                continue;
            }
            one.judged += if asks || asked.is_some() { walk.rows.len() as u64 } else { 0 };
            for (row, _, fault) in walk.expansions.iter().filter(|(_, at, fault)| *at == index && wanted(fault)) {
                one.faulty += 1;
                if let (None, Some(lists)) = (&one.first, &operation.clause.lists) {
                    let sent = sent_at(walk, Some(*row)).into_iter().next().unwrap_or_default();
                    let at = row_pointer(lists, walk, *row, "");
                    one.first = Some((case, sent, at, fault.clone()));
                }
            }
        }
        all.push(one);
    }
    all
}

/// Judges one kind of fault of every expansion of an operation.
pub(crate) fn judge_expanded(
    study: &Study,
    operation: &Operation,
    asked: Option<bool>,
    wanted: fn(&ExpandFault) -> bool,
    (title, expected, actual): (&str, &str, &str),
) -> Verdict {
    if operation.clause.expands.is_empty() {
        return not_applicable("the contract promises no expansion here");
    }
    let mut ruling = Ruling::default();
    for one in expanded(study, operation, asked, wanted) {
        ruling.evidence.records += one.judged;
        let Some((case, sent, at, fault)) = one.first else { continue };
        let inside = match &fault {
            ExpandFault::Disagrees(inside) => inside.as_str(),
            _ => one.expand.adds.as_str(),
        };
        let name = text_of(&one.expand.value);
        let mut blame = Blame::of_cases(title.replace("{}", &name), vec![case.clone()], vec![sent])
            .compare(expected, format!("{actual}: {} of {} records", one.faulty, one.judged.max(one.faulty)))
            .at(format!("{at}{inside}"))
            .by(&study.contract, expand_pointer(operation, one.index))
            .under(study, &one.expand.about, Level::Deny)
            .mark(name)
            .alone();
        blame.exposed = u32::try_from(one.judged.max(1)).unwrap_or(u32::MAX);
        ruling.once(blame);
    }
    ruling.or_inconclusive(
        "no record that could show the expansion was seen",
        "supply a tenant with records that refer to others",
    )
}

/// Pointer to an expansion in the document.
pub(crate) fn expand_pointer(operation: &Operation, index: usize) -> String {
    format!("{}/x-contract/expands/{index}", operation.pointer)
}

/// Whether a call asks for an expansion.
pub(crate) fn asks(call: &Call, expand: &Expand) -> bool {
    call.value(&expand.slot) == Some(&expand.value)
}
