//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Call, Case};
use crate::contract::Operation;
use crate::study::{Probing, Study};

check! {
    /// A method that nobody declared is answered with success.
    ///
    /// ## Why it matters
    /// What is open without being documented is neither tested nor guarded.
    ///
    /// ## Example
    /// `PUT /v1/customers` is answered with 200.
    ///
    /// ## Source
    /// The methods of the path. Elsewhere than on this machine TRACE alone is tried. On this machine also PATCH, and DELETE
    /// of a key that no record has; PUT, and DELETE of a whole list, only with `--probe-writes`.
    id: "undocumented-method-accepted", family: Protocol, level: Deny, proof: Probe,
    faults: ["undocumented-method-accepted", "trace-answered"],
    plan: plan, judge: judge,
}

/// A key that no record has.
const NO_KEY: &str = "contract-gate-no-such-key";

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut paths: Vec<&str> = Vec::new();
    for operation in &study.contract.operations {
        if paths.contains(&operation.path.as_str())
            || (operation.clause.lists.is_none() && operation.clause.reads.is_none())
        {
            continue;
        }
        paths.push(&operation.path);
        for method in methods(study, operation) {
            let mut call = Call::new(&operation.id);
            for by in operation.clause.reads.iter().flat_map(|reads| &reads.by) {
                call.set(&by.slot, NO_KEY.into());
            }
            call.method = Some(method.to_owned());
            cases.push(Case::Call(call));
        }
    }
    cases
}

fn methods<'a>(study: &'a Study, operation: &'a Operation) -> impl Iterator<Item = &'static str> + 'a {
    let declared = |method: &str| {
        study.contract.operations.iter().any(|other| other.path == operation.path && other.method == method)
    };
    let probes: &[&str] = match (study.means.probing, &operation.clause.reads) {
        (Probing::Safe, _) => &["TRACE"],
        (Probing::Careful, None) => &["PATCH", "TRACE"],
        (Probing::Careful, Some(_)) => &["DELETE", "PATCH", "TRACE"],
        (Probing::All, _) => &["PUT", "DELETE", "PATCH", "TRACE"],
    };
    probes.iter().copied().filter(move |method| !declared(method))
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if operation.clause.lists.is_none() && operation.clause.reads.is_none() {
        return not_applicable("the operation neither lists nor reads");
    }
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id) {
        let (Some(method), Some(status)) = (&answer.call.method, answer.status) else { continue };
        ruling.evidence.answers += 1;
        if answer.is_success() {
            ruling.blames.push(
                Blame::of_answer(format!("method {method} is accepted though nobody declared it"), answer)
                    .compare("a refusal such as 405 or 404", format!("status {status}"))
                    .mark(method.clone()),
            );
        }
    }
    let is_probed = |other: &&Operation| {
        other.path == operation.path && (other.clause.lists.is_some() || other.clause.reads.is_some())
    };
    if study.contract.operations.iter().find(is_probed).is_some_and(|first| first.id != operation.id) {
        return not_applicable("another operation of the same path stands for it");
    }
    if methods(study, operation).next().is_none() {
        return not_applicable("every method that may be tried is declared");
    }
    ruling.or_inconclusive(
        "no request by another method was answered",
        "let the server answer methods that it does not know, with status 405, and run all checks against it",
    )
}
