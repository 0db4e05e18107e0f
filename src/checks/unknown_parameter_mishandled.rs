//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::filtering::invalid_words;
use super::reading::{self, Reader, Standing, readers};
use super::{Blame, Ruling, Verdict, access, not_applicable};
use crate::case::{Access, Call, Case};
use crate::contract::Operation;
use crate::contract::semantics::{About, Choice, Lists, Slot};
use crate::finding::Level;
use crate::study::{Observation, Seen, Study, records};

check! {
    /// A parameter that nobody declared changes or breaks the answer, or is not handled as the contract says.
    ///
    /// ## Why it matters
    /// Proxies, trackers and newer clients add parameters; an undeclared one that has an effect is a trap.
    ///
    /// ## Example
    /// `GET /v1/customers?contract-gate-unknown=1` shows another page than without.
    ///
    /// ## Source
    /// `unknown-parameters` of the root clause: `ignore`, `refuse`, or `either` of both. Left out, nothing is promised and
    /// nothing is asked: a server may well filter by every name that it is given. Lists and readers are both asked.
    id: "unknown-parameter-mishandled", family: Protocol, level: Deny, proof: Probe,
    faults: ["unknown-parameter-empties-list", "unknown-parameter-accepted", "unknown-parameter-accepted-on-get", "unknown-parameter-changes-record", "unknown-parameter-refused-on-get"],
    plan: plan, judge: judge,
}

const NAME: &str = "contract-gate-unknown";
/// Pointer to the clause that says what such a parameter gets.
const CLAUSE: &str = "/x-contract/unknown-parameters";

fn plan(study: &Study) -> Vec<Case> {
    if study.contract.root.unknown_parameters.is_none() {
        return Vec::new();
    }
    let known = study.lists().filter(|(operation, _)| study.reference(&operation.id).is_some());
    let lists =
        known.flat_map(|(operation, _)| slots(operation).into_iter().map(move |slot| (operation, slot))).filter_map(
            |(operation, slot)| Some(Case::Call(access::call(study, operation, Access::Own)?.with(&slot, "1"))),
        );
    let reads = readers(study).filter_map(|reader| access::call(study, reader.operation, Access::Own));
    lists.chain(reads.flat_map(|call| [Case::Call(call.clone()), Case::Call(call.with(&unknown(), "1"))])).collect()
}

fn unknown() -> Slot {
    Slot::Query(NAME.to_owned())
}

/// Where a parameter that nobody declared can be sent: in the query, and in a JSON body.
fn slots(operation: &Operation) -> Vec<Slot> {
    let body = operation.body.is_some().then(|| Slot::Body(format!("/{NAME}")));
    std::iter::once(unknown()).chain(body).collect()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if study.contract.root.unknown_parameters.is_none() {
        return not_applicable("nothing is promised of parameters that nobody declared");
    }
    match (&operation.clause.lists, &operation.clause.reads) {
        (Some(lists), _) => judge_list(study, operation, lists),
        (None, Some(reads)) => judge_reader(study, &Reader { operation, reads }),
        (None, None) => not_applicable("the operation neither lists nor reads"),
    }
}

/// Judges the status of an answer to an unknown parameter; whether it is a lawful success, whose body can be compared.
fn judge_status(study: &Study, answer: &Observation, ruling: &mut Ruling) -> bool {
    let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else { return false };
    let handling = study.contract.root.unknown_parameters.as_ref();
    let invalid = study.contract.root.refusals.invalid.as_ref();
    ruling.evidence.answers += 1;
    let refused = (400..500).contains(&status) && invalid.is_none_or(|refusal| refusal.accepts(status));
    let lawful = match handling.map(|handling| handling.is) {
        Some(Choice::Refuse) => refused,
        Some(Choice::Ignore) => answer.is_success(),
        _ => refused || answer.is_success(),
    };
    if !lawful {
        let expected = match handling.map(|handling| handling.is) {
            Some(Choice::Refuse) => invalid_words(&study.contract),
            Some(Choice::Ignore) => "the answer that comes without it".to_owned(),
            _ => format!("{}, or the answer that comes without it", invalid_words(&study.contract)),
        };
        ruling.blames.push(
            Blame::of_answer("an undeclared parameter is not handled as documented", answer)
                .compare(expected, format!("status {status}"))
                .by(&study.contract, CLAUSE)
                .under(study, &about(study), Level::Deny)
                .mark("status"),
        );
    }
    lawful && answer.is_success()
}

fn about(study: &Study) -> About {
    study.contract.root.unknown_parameters.as_ref().map(|handling| handling.about.clone()).unwrap_or_default()
}

/// What is wrong where an answer differs from the one without the parameter.
fn changed(study: &Study, cases: Vec<Case>, answer: &Observation) -> Blame {
    Blame::of_cases("an undeclared parameter changes the answer", cases, vec![answer.sent.clone()])
        .by(&study.contract, CLAUSE)
        .under(study, &about(study), Level::Deny)
        .mark("changed")
}

fn judge_list(study: &Study, operation: &Operation, lists: &Lists) -> Verdict {
    let Some(model) = study.model(&operation.id) else { return not_applicable("the operation lists nothing") };
    let slots = slots(operation);
    let is_probe = |answer: &Observation| slots.iter().any(|slot| answer.call.value(slot).is_some());
    let plain = study
        .walks(&operation.id)
        .find(|(_, walk)| walk.walk.query.is_plain() && walk.walk.query.size.is_none() && !walk.pages.is_empty());
    let mut ruling = Ruling::default();
    for (case, answer) in study.answers(&operation.id).filter(|(_, answer)| is_probe(answer)) {
        if !judge_status(study, answer, &mut ruling) {
            continue;
        }
        let (Some(body), Some((walk_case, walk))) = (&answer.json, plain) else { continue };
        let keys: Vec<_> = records(lists, body).iter().map(|record| model.row(record, false).key).collect();
        let asked = lists.page.size.as_ref().and_then(|size| answer.call.value(&size.slot)?.as_u64());
        let first = match asked.and_then(|asked| usize::try_from(asked).ok()) {
            Some(asked) => &walk.rows[..asked.min(walk.rows.len())],
            None => walk.rows_of(0),
        };
        let before: Vec<_> = first.iter().map(|row| row.key.clone()).collect();
        // How many records a page holds is another check's matter, unless there is none.
        let common = keys.len().min(before.len());
        if keys[..common] != before[..common] || (common == 0 && keys.len() != before.len()) {
            ruling.blames.push(
                changed(study, vec![walk_case.clone(), case.clone()], answer)
                    .compare("the same page as without it", "another page")
                    .at(lists.items.clone()),
            );
        }
    }
    ruling.or_inconclusive("the list was not walked", "see the findings on its answers")
}

/// Judges a read with the parameter beside the same read without it.
fn judge_reader(study: &Study, reader: &Reader<'_>) -> Verdict {
    let mut ruling = Ruling::default();
    let operation = reader.operation;
    for (case, answer) in study.answers(&operation.id).filter(|(_, answer)| answer.call.value(&unknown()).is_some()) {
        let mut without = Call { repeat: 0, ..answer.call.clone() };
        without.values.retain(|(slot, _)| *slot != unknown());
        let plain = Case::Call(without);
        // A record that cannot be read anyhow says nothing of the parameter.
        let Some(Seen::Answer(before)) = study.get(&plain) else { continue };
        let Some(listed) = before.json.as_ref().filter(|_| before.is_success()) else { continue };
        let known = ruling.blames.len();
        if !judge_status(study, answer, &mut ruling) {
            // A record that is gone by then is refused with or without the parameter: both are asked again.
            for blame in &mut ruling.blames[known..] {
                blame.cases = vec![plain.clone(), case.clone()];
                blame.compares = true;
            }
            continue;
        }
        let shown = answer.json.as_ref().map(|body| reader.reads.record(body));
        let (listed, resource) = (reader.reads.record(listed), reader.resource(study));
        let volatile = resource.map(|resource| resource.volatile.clone()).unwrap_or_default();
        let differs = |shown: &Value| {
            let still = reading::standing(resource, listed, shown) != Standing::Changed;
            let shape = reading::record_shape(&study.contract, reader);
            shown.is_object() != listed.is_object()
                || (still && !reading::differences(&study.contract, shape, listed, shown, &volatile).is_empty())
        };
        // A record that differs whenever it is read is another fault.
        let again = study.answers(&operation.id).map(|(_, other)| other).filter(|other| {
            let call = Call { repeat: 0, ..other.call.clone() };
            other.is_success() && other.call.repeat != 0 && Case::Call(call) == plain
        });
        let restless = || again.filter_map(|other| other.json.as_ref()).any(|body| differs(reader.reads.record(body)));
        if shown.is_none_or(differs) && !restless() {
            ruling.blames.push(
                changed(study, vec![plain, case.clone()], answer)
                    .compare("the same record as without it", "another record")
                    .at(reader.reads.item.clone()),
            );
        }
    }
    ruling.or_inconclusive("no record was read with an undeclared parameter", "supply a tenant with records")
}
