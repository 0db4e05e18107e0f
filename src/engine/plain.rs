//! Operations that no clause of `x-contract` describes: what can be asked for without knowing more is asked once, and the
//! answer alone is judged.

use super::rounds::Run;
use super::trouble::{Culprit, Look, Trouble, look};
use crate::case::{Call, Case};
use crate::checks::{CATALOGUE, Family, Verdict};
use crate::contract::{Location, Operation, Parameter, is_json};
use crate::study::Study;
use crate::target::Identity;

/// Operations named in a remark.
const NAMED: usize = 3;
/// Operations tried before a refusal counts as one of all.
pub(super) const TRIES: usize = 5;

impl Operation {
    /// Whether no clause says what it lists, reads or adds.
    pub(super) fn is_plain(&self) -> bool {
        self.clause.lists.is_none() && self.clause.reads.is_none() && self.clause.expands.is_empty()
    }
}

/// The verdict on an operation that no clause describes: what could not be judged was never promised.
pub(super) fn unpromised(operation: &Operation, verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Inconclusive { .. } if operation.is_plain() => {
            let endpoint = operation.endpoint();
            Verdict::NotApplicable(format!("the document says nothing in `x-contract` about {endpoint}"))
        }
        verdict => verdict,
    }
}

/// A call with what the document and the access know; `None` where that is not enough, or where the answer may be something
/// else than one JSON text.
pub(super) fn plain_call(study: &Study, own: &Identity, operation: &Operation) -> Option<Call> {
    let success = operation.success()?;
    let any = |name: &str| is_json(name) || matches!(name, "*/*" | "application/*");
    let reads = operation.method == "GET" && operation.body.is_none();
    let tells = success.media.is_empty() || success.media.iter().any(|media| any(&media.name));
    if !reads || !tells || (operation.is_guarded() && !study.means.has_token) {
        return None;
    }
    let given = |parameter: &Parameter| own.params.contains_key(&parameter.name) || own.carries(parameter);
    if !study.contract.missing(operation, &[], given).is_empty() {
        return None;
    }
    let mut call = Call::new(&operation.id);
    for parameter in operation.parameters.iter().filter(|p| p.location == Location::Path && !given(p)) {
        let value = operation.standing(parameter)?.value;
        call.set(&parameter.slot()?, value);
    }
    Some(call)
}

impl Run<'_> {
    /// One call of each operation that is not described and can be called all the same.
    pub(super) fn plain_calls(&self) -> Vec<Case> {
        let asks = |operation: &&Operation| {
            let selection = &self.options.selection;
            let passive = CATALOGUE.iter().filter(|check| check.family == Family::Answers);
            operation.is_plain() && passive.into_iter().any(|check| selection.plans(check, &operation.id))
        };
        let operations = self.study.contract.operations.iter().filter(asks);
        let own = &self.runner.target.own;
        operations.filter_map(|operation| plain_call(&self.study, own, operation)).map(Case::Call).collect()
    }

    /// Whether the set-up works, where no list shows it: a few of the operations that can be called.
    pub(super) async fn plain_preflight(&mut self) -> Option<Trouble> {
        let cases = self.plain_calls();
        let base = self.runner.target.base().to_owned();
        let mut first: Option<Trouble> = None;
        let mut strange: Option<Trouble> = None;
        for case in cases.iter().take(TRIES) {
            let operation = self.study.contract.operation(case.operation())?.clone();
            let seen = self.runner.perform(case, &self.study).await;
            let answer = seen.answers().last()?.clone();
            self.study.add(case.clone(), seen);
            self.charge_preflight();
            match look(&self.study, &base, &operation, &answer, cases.len().min(TRIES)) {
                Look::Certain(found) if found.culprit == Culprit::Server => return Some(found),
                Look::Certain(found) => first = first.or(Some(found)),
                // An answer in JSON is one of this API, even if only that there is no such record.
                Look::Doubtful(found) if answer.json.is_none() => strange = strange.or(Some(found)),
                Look::Doubtful(_) | Look::Fine => return None,
            }
        }
        first.or(strange)
    }

    /// Tells which operations no clause describes, and what became of them.
    pub(super) fn tell_plain(&mut self) {
        let contract = &self.study.contract;
        let looked_at = |operation: &&Operation| self.options.selection.looks_at(&operation.id);
        let all = contract.operations.iter().filter(looked_at).count();
        let plain: Vec<&Operation> = contract.operations.iter().filter(looked_at).filter(|of| of.is_plain()).collect();
        if plain.is_empty() {
            return;
        }
        let was_called = |operation: &&Operation| self.study.all_answers(&operation.id).next().is_some();
        let (called, left): (Vec<&Operation>, Vec<&Operation>) = plain.iter().copied().partition(was_called);
        let mut names: Vec<String> = left.iter().take(NAMED).map(|operation| operation.endpoint()).collect();
        if left.len() > NAMED {
            names.push(format!("{} more", left.len() - NAMED));
        }
        let called = match called.len() {
            0 => "none of them could be called".to_owned(),
            1 => "1 was called once and judged by its answer alone".to_owned(),
            many => format!("{many} were called once and judged by their answer alone"),
        };
        let left = if names.is_empty() {
            String::new()
        } else {
            // Whoever lacks the credential is told so first: the parameters may well be known.
            let guarded = left.iter().filter(|of| of.is_guarded() && !self.study.means.has_token).count();
            let way = match guarded {
                0 => "--param NAME=VALUE gives a parameter its value",
                all if all == left.len() => "no credential was given: --token-env NAME gives one",
                _ => {
                    "no credential was given, which some ask for: --token-env NAME gives one; --param NAME=VALUE gives a \
                     parameter its value"
                }
            };
            format!("; not called: {} ({way})", names.join(", "))
        };
        self.remarks.push(format!(
            "the document says nothing in `x-contract` about {} of {all} operations: {called}{left}. \
             To have lists, filters and records checked, say what they promise: openapi/README.md shows how",
            plain.len()
        ));
    }
}
