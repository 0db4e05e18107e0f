//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::filtering::{invalid_words, is_invalid};
use super::reading::{self, expand_pointer};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Call, Case};
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Expand};
use crate::finding::Level;
use crate::study::{Study, ask};

/// An expansion that nothing has.
const NO_SUCH_EXPANSION: &str = "no-such-expansion";

check! {
    /// An expansion that does not exist is handled otherwise than documented.
    ///
    /// ## Why it matters
    /// A consumer that is ahead of the server, or misspells, needs to know what it gets.
    ///
    /// ## Example
    /// `expand=no-such-expansion` on an existing customer is answered with status 404.
    ///
    /// ## Source
    /// `expands.unknown` of the operation's `x-contract`: `refuse`, `ignore` or `either`.
    id: "unknown-expansion-mishandled", family: Records, level: Deny, proof: Probe,
    faults: ["unknown-expansion-not-found"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = reading::plan_reads(study);
    for operation in &study.contract.operations {
        let Some(expand) = operation.clause.expands.iter().find(|expand| expand.unknown.is_some()) else { continue };
        // A read that went well, with the expansion added.
        let read = study
            .answers(&operation.id)
            .map(|(_, answer)| answer)
            .filter(|answer| answer.call.method.is_none() && answer.call.access == Access::Own)
            .find(|answer| answer.is_success() && answer.call.values.len() == 1);
        let call = match (read, &operation.clause.lists) {
            (Some(answer), _) if operation.clause.reads.is_some() => Call { repeat: 0, ..answer.call.clone() },
            (_, Some(lists)) => {
                let query = crate::case::Query::new(&operation.id, Some(super::filtering::lawful_size(lists, 2)));
                ask::query_call(&study.contract, lists, &query)
            }
            _ => continue,
        };
        cases.push(Case::Call(call.with(&expand.slot, NO_SUCH_EXPANSION)));
    }
    cases
}

fn is_probe(call: &Call, expand: &Expand) -> bool {
    call.value(&expand.slot).and_then(Value::as_str) == Some(NO_SUCH_EXPANSION)
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let expands = operation.clause.expands.iter().enumerate();
    let promised: Vec<_> = expands.filter_map(|(at, one)| Some((at, one, one.unknown.as_ref()?))).collect();
    if promised.is_empty() {
        return not_applicable("the contract does not say what an unknown expansion gets");
    }
    let mut ruling = Ruling::default();
    for (case, answer) in study.answers(&operation.id).filter(|(_, answer)| answer.call.method.is_none()) {
        let Some((index, expand, unknown)) =
            promised.iter().find(|(_, expand, _)| is_probe(&answer.call, expand)).copied()
        else {
            continue;
        };
        let Some(status) = answer.status.filter(|_| answer.failure.is_none() && answer.call.access == Access::Own)
        else {
            continue;
        };
        ruling.evidence.answers += 1;
        let (success, invalid) = (answer.is_success(), is_invalid(&study.contract, status));
        let lawful = match unknown.is {
            Choice::Refuse => invalid,
            Choice::Ignore => success,
            _ => success || invalid,
        };
        let judged = success || reading::is_refusal(status);
        if lawful || !judged {
            continue;
        }
        let refusal = invalid_words(&study.contract);
        let expected = match unknown.is {
            Choice::Refuse => refusal,
            Choice::Ignore => "the answer without it".to_owned(),
            _ => format!("the answer without it, or {refusal}"),
        };
        ruling.once(
            Blame::of_cases(
                "an expansion that does not exist is handled otherwise than documented",
                vec![case.clone()],
                vec![answer.sent.clone()],
            )
            .compare(expected, format!("status {status}"))
            .by(&study.contract, format!("{}/unknown", expand_pointer(operation, index)))
            .under(study, &expand.about, Level::Deny)
            .under(study, &unknown.about, study.level(&expand.about, Level::Deny))
            .mark("unknown")
            .alone(),
        );
    }
    ruling.or_inconclusive("no answer to an unknown expansion was seen", "supply a tenant with records")
}
