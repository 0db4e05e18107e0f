//! Waiting until a server answers at all: it may still be starting.

use std::time::Duration;

use tokio::time::Instant;

use super::plain::plain_call;
use super::preflight::strange_calls;
use super::rounds::Run;
use super::trouble::{Culprit, is_tls, look};
use crate::case::Call;
use crate::contract::Operation;
use crate::exchange::Failure;
use crate::study::{Looks, Study, ask, observe};
use crate::target::Target;

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(250);

impl Run<'_> {
    /// Waits until somebody answers for the server, for as long as the user allows; what is there then is judged.
    pub(super) async fn wait(&mut self) {
        wait(&self.study, &self.runner.target, self.options.wait).await;
    }
}

/// Waits until somebody answers for a server, at most so long.
pub(super) async fn wait(study: &Study, target: &Target, most: Duration) {
    let plain = || {
        let calls = study.contract.operations.iter().filter(|operation| operation.is_plain());
        calls.filter_map(|operation| Some((operation.clone(), plain_call(study, &target.own, operation)?))).next()
    };
    let first = first_call(study).or_else(plain).or_else(|| strange_calls(study).into_iter().next());
    let Some((operation, call)) = first.filter(|_| !most.is_zero()) else { return };
    let until = Instant::now() + most.min(Duration::from_secs(86_400));
    while target.stop().is_none() && Instant::now() < until {
        let exchange = target.knock(&study.contract, &operation, &call).await;
        let seen = observe(&study.contract, &operation, call.clone(), exchange, &Looks::default());
        let is_there = match &seen.failure {
            Some(Failure::Connect(why)) => is_tls(why),
            _ => {
                let look = look(study, target.base(), &operation, &seen, 1);
                look.trouble().is_none_or(|trouble| trouble.culprit != Culprit::Server)
            }
        };
        if is_there {
            return;
        }
        let left = until.saturating_duration_since(Instant::now());
        if target.rest(PAUSE.min(left)).await.is_err() {
            return;
        }
    }
}

/// The first request of a run: the first page of the first list, or a record whose key is known.
pub(super) fn first_call(study: &Study) -> Option<(Operation, Call)> {
    let contract = &study.contract;
    if let Some((operation, lists)) = study.lists().next() {
        let query = crate::case::Query::new(&operation.id, None);
        return Some((operation.clone(), ask::query_call(contract, lists, &query)));
    }
    contract.operations.iter().find_map(|operation| {
        let reads = operation.clause.reads.as_ref()?;
        let by = reads.by.first()?;
        let named = study.means.params.get(by.slot.name());
        let key = named.or_else(|| study.means.known_ids.get(&reads.resource)?.first())?;
        Some((operation.clone(), Call::new(&operation.id).with(&by.slot, key.as_str())))
    })
}
