//! What is asked first: what `check` asks first, so that both speak of the same answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::plain::{TRIES, plain_call};
use super::super::preflight::strange_calls;
use super::super::trouble::{self, Culprit, Look, look};
use super::super::wait::first_call;
use super::{Doctor, Sight, Visit};
use crate::case::Call;
use crate::contract::semantics::OperationClause;
use crate::contract::{Contract, Operation};

/// Why just this was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// It is the first page of a list, or a record whose key is known.
    Page,
    /// No list is described; it is an operation that can be asked without knowing more.
    Plain,
    /// Only single records can be read, and no key is known: a record that nobody has.
    Strange,
    /// Nothing can be asked for; the base URL itself, to see whether anybody is there.
    Nobody,
}

/// The first answer, on which most other looks rest.
pub(super) struct First {
    pub(super) operation: Operation,
    pub(super) visit: Visit,
    /// How long it took.
    pub(super) took: Duration,
    pub(super) ground: Ground,
}

impl First {
    /// Whether something else than the API answers.
    pub(super) fn is_a_stranger(&self, contract: &Contract) -> bool {
        // That there is no such record needs no words.
        let no_such_record = self.ground == Ground::Strange && self.visit.seen.status == Some(404);
        !no_such_record && trouble::stranger(contract, &self.operation, &self.visit.seen).is_some()
    }
}

impl Doctor {
    pub(super) async fn first(&self) -> Option<First> {
        if let Some((operation, call)) = first_call(&self.study) {
            return Some(self.ask(operation, call, Ground::Page).await);
        }
        if let Some(first) = self.first_plain().await {
            return Some(first);
        }
        if let Some((operation, call)) = strange_calls(&self.study).into_iter().next() {
            return Some(self.ask(operation, call, Ground::Strange).await);
        }
        let operation = self.study.contract.operations.first()?;
        let root = Operation {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            parameters: Vec::new(),
            body: None,
            responses: Vec::new(),
            clause: OperationClause::default(),
            ..operation.clone()
        };
        let call = Call::new(&root.id);
        Some(self.ask(root, call, Ground::Nobody).await)
    }

    /// The first of the operations that no clause describes whose answer settles what is there.
    async fn first_plain(&self) -> Option<First> {
        let contract = Arc::clone(&self.study.contract);
        let plain = contract.operations.iter().filter(|operation| operation.is_plain());
        let calls =
            plain.filter_map(|operation| Some((operation, plain_call(&self.study, &self.target.own, operation)?)));
        let mut first = None;
        for (operation, call) in calls.take(TRIES) {
            let asked = self.ask(operation.clone(), call, Ground::Plain).await;
            let settled = match look(&self.study, self.target.base(), operation, &asked.visit.seen, 1) {
                Look::Certain(found) => found.culprit == Culprit::Server,
                Look::Doubtful(_) => asked.visit.seen.json.is_some(),
                Look::Fine => true,
            };
            if settled {
                return Some(asked);
            }
            first = first.or(Some(asked));
        }
        first
    }

    async fn ask(&self, operation: Operation, call: Call, ground: Ground) -> First {
        let started = Instant::now();
        let visit = self.visit(&operation, call).await;
        First { took: started.elapsed(), operation, visit, ground }
    }

    /// Why no more can be asked for, and what makes it possible.
    pub(super) fn nothing_to_ask(&self, first: &First) -> Sight {
        let contract = &self.study.contract;
        if first.ground == Ground::Nobody
            && let Look::Doubtful(found) = look(&self.study, self.target.base(), &first.operation, &first.visit.seen, 1)
            && found.culprit == Culprit::Server
        {
            return Sight::NotLooked(found.message);
        }
        let resource =
            contract.operations.iter().find_map(|operation| Some(&operation.clause.reads.as_ref()?.resource));
        let reads = |operation: &Operation| operation.method == "GET";
        let without = |operation: &Operation| operation.is_guarded() && !self.study.means.has_token;
        Sight::NotLooked(match resource {
            Some(resource) => format!("no list, and no key is known: give --known-id {resource}=KEY"),
            None if contract.operations.iter().any(without) => {
                "no operation can be asked without a credential: give one with --token-env NAME".to_owned()
            }
            None if !contract.operations.iter().any(reads) => {
                "no operation is a GET, and no clause of `x-contract` says what another one reads".to_owned()
            }
            None => {
                "no operation can be asked without knowing more: --param NAME=VALUE gives a path parameter its value"
                    .to_owned()
            }
        })
    }
}
