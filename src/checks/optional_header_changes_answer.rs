//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::reading::{Standing, additions, differences, field_words, readers, record_shape, shapes_at, standing};
use super::{Blame, Ruling, Verdict, access, not_applicable};
use crate::case::{Access, Call, Case};
use crate::contract::fingerprint;
use crate::contract::semantics::Slot;
use crate::contract::{Location, Operation, Parameter, ShapeId};
use crate::study::row::key_text;
use crate::study::{Observation, Seen, Study, records};

check! {
    /// An optional request header changes what a read answers.
    ///
    /// ## Why it matters
    /// Headers such as `Idempotency-Key` have no effect on reads; a client that always sends them must see the
    /// same.
    ///
    /// ## Example
    /// `GET` of a customer with `Idempotency-Key` shows another body than without.
    ///
    /// ## Source
    /// ours: a header that is optional, and neither selects the tenant nor has a meaning of HTTP's own, says nothing of which
    /// record is read. It is sent with its example, its default or one of its values; of a text of which the document names
    /// none a refusal proves nothing. For Maple: reference, retrieve a customer, and guide, request idempotency.
    id: "optional-header-changes-answer", family: Protocol, level: Deny, proof: Probe,
    faults: ["optional-header-changes-answer", "optional-header-shows-one-record"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for operation in study.contract.operations.iter().filter(|operation| operation.method == "GET") {
        for (slot, value) in headers(study, operation) {
            if let Some(call) = access::call(study, operation, Access::Own) {
                cases.push(Case::Call(call.clone()));
                let other = other_record(study, operation, &call);
                cases.push(Case::Call(call.with(&slot, value.clone())));
                // With the same value: what is remembered under it must not come for another record.
                cases.extend(other.map(|call| Case::Call(call.clone().with(&slot, value))));
            }
        }
    }
    cases
}

/// A plain read of another record than a call's.
fn other_record<'a>(study: &'a Study, operation: &'a Operation, call: &Call) -> Option<&'a Call> {
    operation.clause.reads.as_ref()?;
    let plain = |answer: &&Observation| {
        let other = &answer.call;
        let bare =
            other.access == call.access && other.repeat == 0 && other.method.is_none() && other.values.len() == 1;
        bare && answer.is_success() && other.values != call.values
    };
    study.answers(&operation.id).map(|(_, answer)| answer).find(plain).map(|answer| &answer.call)
}

/// Optional headers of an operation that do not select the tenant, each with a value that its schema takes.
fn headers(study: &Study, operation: &Operation) -> Vec<(Slot, String)> {
    let tenant = study.contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    let optional =
        operation.parameters.iter().filter(|parameter| parameter.location == Location::Header && !parameter.required);
    optional
        .filter_map(|parameter| Some((parameter.slot()?, parameter.header_value()?)))
        .filter(|(slot, _)| Some(slot) != tenant)
        .collect()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let headers = headers(study, operation);
    if operation.method != "GET" || headers.is_empty() {
        return not_applicable("the operation has no optional header of which a value is known");
    }
    let mut ruling = Ruling::default();
    for (case, answer) in study.answers(&operation.id) {
        let Some((slot, value)) = headers.iter().find(|(slot, _)| answer.call.value(slot).is_some()) else { continue };
        let mut without = answer.call.clone();
        without.values.retain(|(known, _)| known != slot);
        let plain = Case::Call(without);
        let Some(Seen::Answer(before)) = study.get(&plain) else { continue };
        if before.failure.is_some() || answer.failure.is_some() {
            continue;
        }
        // Nothing says that any text is a value of this header.
        let invalid = study.contract.root.refusals.invalid.as_ref();
        let refuses =
            |status: u16| matches!(status, 400 | 422) || invalid.is_some_and(|refusal| refusal.accepts(status));
        if value == Parameter::MADE_UP && answer.status.is_some_and(refuses) {
            continue;
        }
        ruling.evidence.pairs += 1;
        let Some(change) = change(study, operation, before, answer) else { continue };
        let mut blame = Blame::of_cases(
            format!("header `{}` changes what a read answers", slot.name()),
            vec![plain, case.clone()],
            vec![before.sent.clone(), answer.sent.clone()],
        )
        .compare(format!("the same answer with and without it ({})", change.one), change.two)
        .mark(slot.name());
        if let Some(at) = change.at {
            blame = blame.at(at);
        }
        ruling.blames.push(blame);
    }
    ruling.or_inconclusive(
        "no record to ask for is known, or a made-up value of the header is refused",
        "check against a list that is not empty, and give the header an example",
    )
}

/// What differs between two answers.
struct Change {
    one: String,
    two: String,
    /// Pointer into the body, where one place differs.
    at: Option<String>,
}

/// What an answer says that the one before does not, as far as it may not: a record that was changed in between, and fields
/// that move by themselves, say nothing of the header.
fn change(study: &Study, operation: &Operation, before: &Observation, answer: &Observation) -> Option<Change> {
    if before.status != answer.status {
        let status = |answer: &Observation| format!("status {}", answer.status.unwrap_or(0));
        return Some(Change { one: status(before), two: status(answer), at: None });
    }
    let (one, two) = (before.json.as_deref()?, answer.json.as_deref()?);
    if let Some(reader) = readers(study).find(|reader| reader.operation.id == operation.id) {
        let item = &reader.reads.item;
        let shape = record_shape(&study.contract, &reader);
        let (field, one, two) =
            changed_field(study, &reader.reads.resource, shape, one.pointer(item)?, two.pointer(item)?)?;
        return Some(Change { one, two, at: Some(reader.reads.pointer(&field)) });
    }
    let Some(lists) = &operation.clause.lists else {
        let same = fingerprint(one) == fingerprint(two);
        return (!same).then(|| Change { one: "one body".to_owned(), two: "another body".to_owned(), at: None });
    };
    let shape = study.contract.record_shape(operation, lists);
    let key = |record: &Value| record.pointer(study.contract.key_of(lists)).and_then(key_text);
    let (ones, twos) = (records(lists, one), records(lists, two));
    if ones.is_empty() != twos.is_empty() {
        let count = |items: &[&Value]| format!("{} records", items.len());
        return Some(Change { one: count(&ones), two: count(&twos), at: Some(lists.items.clone()) });
    }
    twos.iter().enumerate().find_map(|(index, record)| {
        let other = ones.iter().find(|other| key(other).is_some() && key(other) == key(record))?;
        let (field, one, two) = changed_field(study, &lists.resource, shape, other, record)?;
        Some(Change { one, two, at: Some(format!("{}{field}", lists.place(index))) })
    })
}

/// The first field in which two showings of one state of a record differ, with both values in words.
fn changed_field(
    study: &Study,
    resource: &str,
    shape: Option<ShapeId>,
    one: &Value,
    two: &Value,
) -> Option<(String, String, String)> {
    let resource = study.contract.resource(resource);
    let key = |record: &Value| resource.and_then(|resource| record.pointer(&resource.key)).and_then(key_text);
    // Another record was changed in between as little as this one.
    let other = key(one).is_some() && key(two).is_some() && key(one) != key(two);
    if !other && standing(resource, one, two) == Standing::Changed {
        return None;
    }
    let mut left_out = additions(&study.contract);
    left_out.extend(resource.map(|resource| resource.volatile.clone()).unwrap_or_default());
    let field = differences(&study.contract, shape, one, two, &left_out).into_iter().next()?;
    let (first, second) = shapes_at(one, two, &field);
    let words = field_words(&field);
    Some((field, format!("`{words}`: {first}"), format!("another value of `{words}` ({second})")))
}
