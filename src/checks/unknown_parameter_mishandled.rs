//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, access, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Slot};
use crate::finding::Level;
use crate::study::{Observation, Study, records};

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
    /// `unknown-parameters` of the root clause; where it is silent, a refusal and an unchanged answer both pass.
    id: "unknown-parameter-mishandled", family: Protocol, level: Deny,
    faults: ["unknown-parameter-empties-list", "unknown-parameter-accepted"],
    plan: plan, judge: judge,
}

const NAME: &str = "contract-gate-unknown";

fn plan(study: &Study) -> Vec<Case> {
    let known = study.lists().filter(|(operation, _)| study.reference(&operation.id).is_some());
    known
        .flat_map(|(operation, _)| slots(operation).into_iter().map(move |slot| (operation, slot)))
        .filter_map(|(operation, slot)| Some(Case::Call(access::call(study, operation, Access::Own)?.with(&slot, "1"))))
        .collect()
}

/// Where a parameter that nobody declared can be sent: in the query, and in a JSON body.
fn slots(operation: &Operation) -> Vec<Slot> {
    let body = operation.body.is_some().then(|| Slot::Body(format!("/{NAME}")));
    std::iter::once(Slot::Query(NAME.to_owned())).chain(body).collect()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else {
        return not_applicable("the operation lists nothing");
    };
    let slots = slots(operation);
    let is_probe = |answer: &Observation| slots.iter().any(|slot| answer.call.value(slot).is_some());
    let handling = study.contract.root.unknown_parameters.as_ref();
    let invalid = study.contract.root.refusals.invalid.as_ref();
    let plain = study
        .walks(&operation.id)
        .find(|(_, walk)| walk.walk.query.is_plain() && walk.walk.query.size.is_none() && !walk.pages.is_empty());
    let mut ruling = Ruling::default();
    for (case, answer) in study.answers(&operation.id).filter(|(_, answer)| is_probe(answer)) {
        let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else { continue };
        ruling.evidence.answers += 1;
        let refused = (400..500).contains(&status) && invalid.is_none_or(|refusal| refusal.accepts(status));
        let lawful = match handling.map(|handling| handling.is) {
            Some(Choice::Refuse) => refused,
            Some(Choice::Ignore) => answer.is_success(),
            _ => refused || answer.is_success(),
        };
        let about = handling.map(|handling| handling.about.clone()).unwrap_or_default();
        if !lawful {
            ruling.blames.push(
                Blame::of_answer("an undeclared parameter is not handled as documented", answer)
                    .compare("what `unknown-parameters` says", format!("status {status}"))
                    .by(&study.contract, "/x-contract/unknown-parameters")
                    .under(study, &about, Level::Deny)
                    .mark("status"),
            );
            continue;
        }
        let (Some(body), Some((walk_case, walk))) = (answer.json.as_ref().filter(|_| answer.is_success()), plain)
        else {
            continue;
        };
        let keys: Vec<_> = records(lists, body).iter().map(|record| model.row(record, false).key).collect();
        let before: Vec<_> = walk.rows_of(0).iter().map(|row| row.key.clone()).collect();
        if keys != before {
            ruling.blames.push(
                Blame::of_cases(
                    "an undeclared parameter changes the answer",
                    vec![walk_case.clone(), case.clone()],
                    vec![answer.sent.clone()],
                )
                .compare("the same page as without it", "another page")
                .at(lists.items.clone())
                .by(&study.contract, "/x-contract/unknown-parameters")
                .under(study, &about, Level::Deny)
                .mark("changed"),
            );
        }
    }
    ruling.or_inconclusive("the list was not walked", "see the findings on its answers")
}
