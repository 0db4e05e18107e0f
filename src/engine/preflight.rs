//! Whether a run makes sense at all: one page is looked at before it begins, and what the user named by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rounds::Run;
use super::trouble::{
    Culprit, Look, Trouble, look, not_there, one_tenant_twice, second_is_refused, stranger, unknown_resource,
};
use crate::case::{Access, Call, Case, Query, Walk};
use crate::contract::semantics::Slot;
use crate::contract::{Operation, Parameter};
use crate::document::text_of;
use crate::event::{Aborted, Obstacle};
use crate::study::{Observation, Seen, Study, WalkSeen};
use crate::target::missing_words;

impl Run<'_> {
    /// Whether the set-up works at all: one request, told apart by whose fault it is.
    pub(super) async fn preflight(&mut self) -> Option<Aborted> {
        if let Some(trouble) = one_tenant_twice(&self.study).or_else(|| unknown_resource(&self.study)) {
            return Some(trouble.abort());
        }
        self.wait().await;
        if let Some(trouble) = self.without_value() {
            return Some(trouble.abort());
        }
        let pages: Vec<(Operation, Walk)> = self
            .study
            .lists()
            .map(|(operation, lists)| {
                let walk = Walk { pages: Some(1), ..self.study.reference_walk(operation, lists) };
                (operation.clone(), walk)
            })
            .collect();
        if pages.is_empty() {
            return self.plain_preflight().await.map(Trouble::abort);
        }
        let base = self.runner.target.base().to_owned();
        let mut doubt = None;
        for (operation, walk) in &pages {
            let mut seen = self.runner.perform(&Case::Walk(walk.clone()), &self.study).await;
            if self.runner.gives_in(operation, &seen) {
                seen = self.runner.perform(&Case::Walk(walk.clone()), &self.study).await;
            }
            self.charge_preflight();
            let answer = seen.answers().last()?;
            match look(&self.study, &base, operation, answer, pages.len()) {
                Look::Certain(trouble) => {
                    let may_read = trouble.kind == Obstacle::Misconfigured
                        && (self.reads_known_record().await || self.shows_smaller_page(operation).await);
                    return (!may_read).then(|| trouble.abort());
                }
                Look::Doubtful(trouble) if doubt.is_none() => {
                    doubt = Some((trouble, answer.status.filter(|_| answer.json.is_some())));
                }
                Look::Doubtful(_) => {}
                // One list that works, or fails as an API fails, is enough to go on; the others are not even asked.
                Look::Fine => return self.named_keys(Some((operation, &seen))).await.map(Trouble::abort),
            }
        }
        if let Some((trouble, status)) = doubt
            && !self.reads_known_record().await
            && !self.reader_speaks(status).await
        {
            return Some(trouble.abort());
        }
        self.named_keys(None).await.map(Trouble::abort)
    }

    /// Whether a list or a reader has a required parameter that nobody gives a value; sent without, it would be refused,
    /// and the server blamed. What is sent because the document shows it as an example is told.
    fn without_value(&mut self) -> Option<Trouble> {
        let contract = Arc::clone(&self.study.contract);
        let own = &self.runner.target.own;
        let given = |parameter: &Parameter| own.params.contains_key(&parameter.name) || own.carries(parameter);
        let looked_at = |operation: &&Operation| {
            let clause = &operation.clause;
            (clause.lists.is_some() || clause.reads.is_some()) && self.options.selection.looks_at(&operation.id)
        };
        let mut examples = BTreeMap::new();
        for operation in contract.operations.iter().filter(looked_at) {
            let slots: Vec<&Slot> =
                operation.clause.reads.iter().flat_map(|reads| &reads.by).map(|by| &by.slot).collect();
            if let Some(parameter) = contract.missing(operation, &slots, given).first() {
                let message = format!("{}: {}", operation.endpoint(), missing_words(parameter));
                let remedy = "or give the parameter a `default` or an `example` in the document".to_owned();
                return Some(Trouble::new(Culprit::Setup, Obstacle::Unusable, message, remedy));
            }
            for parameter in operation.parameters.iter().filter(|p| operation.needs(&contract, p) && !given(p)) {
                if let Some(standing) = operation.standing(parameter).filter(|standing| standing.is_example) {
                    examples.insert(parameter.name.clone(), standing.value);
                }
            }
        }
        for (name, value) in examples {
            let value = text_of(&value);
            self.remarks.push(format!(
                "`{name}` is required and was sent as `{value}`, the document's example; another value: --param {name}=VALUE"
            ));
        }
        None
    }

    /// Whether a reader answers as one of this API, even if only that there is no such record: then its lists are wrong. What
    /// answers 404 to every path says nothing, so that the status of a list's answer in JSON is no sign of life.
    async fn reader_speaks(&mut self, lists_answer: Option<u16>) -> bool {
        for (operation, call) in strange_calls(&self.study) {
            let seen = self.runner.perform(&Case::Call(call), &self.study).await;
            self.charge_preflight();
            let speaks = |answer: &Observation| {
                let gone = answer.status.is_none_or(|status| matches!(status, 429 | 502..=504));
                let foreign = stranger(&self.study.contract, &operation, answer).is_some();
                !gone && !foreign && answer.json.is_some() && (answer.is_success() || answer.status != lists_answer)
            };
            if seen.answers().iter().any(speaks) {
                return true;
            }
        }
        false
    }

    /// Whether the list is shown to whoever asks for no page size: then it is the size that is refused.
    async fn shows_smaller_page(&mut self, operation: &Operation) -> bool {
        let walk = Walk { pages: Some(1), ..self.study.default_walk(operation) };
        let seen = self.runner.perform(&Case::Walk(walk), &self.study).await;
        self.charge_preflight();
        seen.answers().iter().any(Observation::is_success)
    }

    /// Whether a record that the user named can be read: then the access is right, and only the list is closed to it.
    async fn reads_known_record(&mut self) -> bool {
        for (_, call, _) in named_calls(&self.study) {
            let seen = self.runner.perform(&Case::Call(call), &self.study).await;
            self.charge_preflight();
            if seen.answers().iter().any(Observation::is_success) {
                return true;
            }
        }
        false
    }

    /// Reads the records that the user named. One that is not there is a mistake of the set-up, unless the reader does
    /// not even find what the list has just shown.
    async fn named_keys(&mut self, list: Option<(&Operation, &Seen)>) -> Option<Trouble> {
        for (operation, call, resource) in named_calls(&self.study) {
            let case = Case::Call(call.clone());
            let seen = self.runner.perform(&case, &self.study).await;
            self.charge_preflight();
            let answer = seen.answers().first()?;
            if answer.is_success() {
                self.study.add(case, seen);
                continue;
            }
            let Some(status @ (400 | 404 | 410 | 422)) = answer.status.filter(|_| answer.failure.is_none()) else {
                continue;
            };
            let mut other = call.clone();
            let listed = list.and_then(|(list, seen)| listed_key(list, seen, &resource));
            if let (Some(key), Some((slot, _))) = (&listed, call.values.first()) {
                other.set(slot, key.as_str().into());
                let seen = self.runner.perform(&Case::Call(other), &self.study).await;
                self.charge_preflight();
                if !seen.answers().iter().any(Observation::is_success) {
                    continue;
                }
            }
            let key = call.values.first().and_then(|(_, value)| value.as_str()).unwrap_or_default();
            return Some(not_there(&resource, key, &format!("answered {status}"), &operation));
        }
        None
    }

    /// Goes on without the second tenant where it is not let in: what the first one's access shows is judged all the same,
    /// and what it shows wrong must not be lost.
    pub(super) fn without_second(&mut self) {
        let Some(status) = self.second_refused().filter(|_| self.study.means.has_second) else { return };
        self.no_second = Some(second_is_refused(&self.runner.target, status).abort());
        self.study.forget_second(status);
    }

    /// The status with which the second tenant's access is refused wherever it was tried. A status that says that a tenant or a
    /// credential is wrong counts only where the same question is answered to the own tenant.
    fn second_refused(&self) -> Option<u16> {
        if !self.study.means.second_known_ids.is_empty() {
            return None;
        }
        let refusals = &self.study.contract.root.refusals;
        let classes = [&refusals.unauthenticated, &refusals.no_tenant, &refusals.foreign];
        let says_so = |status| classes.into_iter().flatten().any(|class| class.accepts(status));
        let mut refused = None;
        for (operation, _) in self.study.lists() {
            let walks = || self.study.walks(&operation.id).map(|(_, walk)| walk);
            for walk in walks().filter(|walk| walk.walk.query.access == Access::Second) {
                let same = |own: &&WalkSeen| own.walk.query == Query { access: Access::Own, ..walk.walk.query.clone() };
                let own_works = || walks().filter(same).any(|own| own.facts(0).is_some());
                match walk.answers.first().filter(|answer| answer.failure.is_none()).and_then(|answer| answer.status) {
                    Some(status @ (401 | 403)) if walk.walk.query.is_whole() => refused = Some(status),
                    Some(status) if says_so(status) && own_works() => refused = Some(status),
                    Some(_) if !walk.walk.query.is_whole() && walk.facts(0).is_none() => {}
                    _ => return None,
                }
            }
        }
        refused
    }
}

/// A key of a resource that a list has just shown.
fn listed_key(list: &Operation, seen: &Seen, resource: &str) -> Option<String> {
    let Seen::Walk(walk) = seen else { return None };
    list.clause.lists.as_ref().filter(|lists| lists.resource == resource)?;
    walk.rows.iter().find_map(|row| row.key.as_deref()).map(str::to_owned)
}

/// For each reader the request of a record that nobody has.
pub(super) fn strange_calls(study: &Study) -> Vec<(Operation, Call)> {
    let readers = study.contract.operations.iter().filter_map(|operation| {
        let by = operation.clause.reads.as_ref()?.by.first()?;
        Some((operation.clone(), Call::new(&operation.id).with(&by.slot, "contract-gate-no-such-record")))
    });
    readers.collect()
}

/// The request of each record that the user named, with its resource.
pub(super) fn named_calls(study: &Study) -> Vec<(Operation, Call, String)> {
    let mut calls = Vec::new();
    for (resource, keys) in &study.means.known_ids {
        let reader = study.contract.operations.iter().find_map(|operation| {
            let reads = operation.clause.reads.as_ref().filter(|reads| reads.resource == *resource)?;
            Some((operation, reads.by.first()?))
        });
        let Some((operation, by)) = reader else { continue };
        calls.extend(
            keys.iter().map(|key| {
                (operation.clone(), Call::new(&operation.id).with(&by.slot, key.as_str()), resource.clone())
            }),
        );
    }
    calls
}
