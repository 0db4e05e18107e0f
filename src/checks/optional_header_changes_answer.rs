//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, access, not_applicable};
use crate::case::{Access, Call, Case};
use crate::contract::fingerprint;
use crate::contract::semantics::Slot;
use crate::contract::{Location, Operation};
use crate::study::{Observation, Seen, Study};

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
    /// For Maple: reference, retrieve a customer, and guide, request idempotency.
    id: "optional-header-changes-answer", family: Protocol, level: Deny,
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

/// Optional headers of an operation that do not select the tenant.
fn headers(study: &Study, operation: &Operation) -> Vec<(Slot, String)> {
    let tenant = study.contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    let optional =
        operation.parameters.iter().filter(|parameter| parameter.location == Location::Header && !parameter.required);
    optional
        .filter_map(|parameter| {
            Some((
                parameter.slot()?,
                parameter.example.as_ref().and_then(|e| e.as_str()).unwrap_or("contract-gate-1").to_owned(),
            ))
        })
        .filter(|(slot, _)| Some(slot) != tenant)
        .collect()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let headers = headers(study, operation);
    if operation.method != "GET" || headers.is_empty() {
        return not_applicable("the operation has no optional header");
    }
    let mut ruling = Ruling::default();
    for (case, answer) in study.answers(&operation.id) {
        let Some((slot, _)) = headers.iter().find(|(slot, _)| answer.call.value(slot).is_some()) else { continue };
        let mut without = answer.call.clone();
        without.values.retain(|(known, _)| known != slot);
        let plain = Case::Call(without);
        let Some(Seen::Answer(before)) = study.get(&plain) else { continue };
        if before.failure.is_some() || answer.failure.is_some() {
            continue;
        }
        ruling.evidence.pairs += 1;
        let same = before.status == answer.status
            && before.json.as_deref().map(fingerprint) == answer.json.as_deref().map(fingerprint);
        if !same {
            ruling.blames.push(
                Blame::of_cases(
                    format!("header `{}` changes what a read answers", slot.name()),
                    vec![plain, case.clone()],
                    vec![before.sent.clone(), answer.sent.clone()],
                )
                .compare(
                    "the same answer with and without it",
                    format!("status {} and {}", before.status.unwrap_or(0), answer.status.unwrap_or(0)),
                )
                .mark(slot.name()),
            );
        }
    }
    ruling.or_inconclusive("no record to ask for is known", "check against a list that is not empty")
}
