//! The only step with input and output: sends cases and brings back what was seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt as _;

use crate::case::{Call, Case};
use crate::contract::{Contract, Operation};
use crate::document::text_of;
use crate::event::Exchanged;
use crate::exchange::{Exchange, Failure, Sent};
use crate::study::{Looks, Observation, Seen, Start, Study, WalkSeen, ask, observe};
use crate::target::Target;

/// Called after each exchange, for progress.
pub type OnExchange = Arc<dyn Fn(Exchanged) + Send + Sync>;

/// Sends to one target.
pub(super) struct Runner {
    pub(super) contract: Arc<Contract>,
    pub(super) target: Arc<Target>,
    pub(super) on_exchange: OnExchange,
    pub(super) max_records: usize,
    /// Records that are going to be read one by one.
    pub(super) reads: usize,
    /// Seed of what is drawn.
    pub(super) seed: u64,
    pub(super) looks: Arc<Looks>,
    /// Whether the target refuses lists that ask for no order.
    pub(super) insists: AtomicBool,
}

/// Bytes of a body that is judged sooner than another thread wakes up: most records and refusals.
const SMALL: usize = 4 * 1024;

impl Runner {
    fn insists(&self) -> bool {
        self.insists.load(Ordering::Relaxed)
    }

    /// Whether a page was refused that asked for no order, of a list whose server may insist on one: from now on the default
    /// order is asked for by its name.
    pub(super) fn gives_in(&self, operation: &Operation, seen: &Seen) -> bool {
        let sort = operation.clause.lists.as_ref().and_then(|lists| lists.sort.as_ref());
        let status = seen.answers().last().and_then(|answer| answer.status);
        let refused = status.is_some_and(|status| matches!(status, 400 | 405..=428));
        sort.is_some_and(|sort| sort.omitted.is_some()) && refused && !self.insists.swap(true, Ordering::Relaxed)
    }

    pub(super) fn max_records(&self) -> usize {
        if self.max_records == 0 { usize::MAX } else { self.max_records }
    }

    /// Sends one call and reduces what came back.
    pub(super) async fn ask(&self, operation: &Operation, mut call: Call) -> Observation {
        if let Some(lists) = operation.clause.lists.as_ref().filter(|_| call.follow.is_none() && self.insists()) {
            for (slot, value) in ask::default_order(&self.contract, &operation.id, lists) {
                if call.value(&slot).is_none() {
                    call.set(&slot, value);
                }
            }
        }
        let exchange = self.target.send(&self.contract, operation, &call).await;
        let seen = self.reduce(operation, call, exchange).await;
        (self.on_exchange)(Exchanged {
            operation: operation.id.clone(),
            status: seen.status,
            requests: self.target.requests(),
            budget: self.target.limits.max_requests,
        });
        seen
    }

    /// Reduces an exchange; one of any size away from the thread that talks to the target, whose clock must not run while
    /// we think.
    async fn reduce(&self, operation: &Operation, call: Call, exchange: Exchange) -> Observation {
        if exchange.outcome.as_ref().map_or(0, |answer| answer.body.len()) <= SMALL {
            return observe(&self.contract, operation, call, exchange, &self.looks);
        }
        let (contract, id) = (Arc::clone(&self.contract), operation.id.clone());
        let copy = (call.clone(), exchange.clone());
        let looks = Arc::clone(&self.looks);
        let work = tokio::task::spawn_blocking(move || {
            contract.operation(&id).map(|operation| observe(&contract, operation, call, exchange, &looks))
        });
        match work.await {
            Ok(Some(seen)) => seen,
            // The runtime is shutting down, or judging panicked: the panic shows again, with its own message.
            _ => observe(&self.contract, operation, copy.0, copy.1, &self.looks),
        }
    }

    /// Sends cases, several at once, and gives the results in the order of the cases.
    pub(super) async fn perform_all(&self, cases: &[Case], study: &Study) -> Vec<Seen> {
        futures_util::stream::iter(cases)
            .map(|case| self.perform(case, study))
            .buffered(self.target.limits.concurrency.max(1))
            .collect()
            .await
    }

    /// Sends one case.
    pub(super) async fn perform(&self, case: &Case, study: &Study) -> Seen {
        let Some(operation) = self.contract.operation(case.operation()) else {
            return Seen::Answer(Box::new(self.unsendable(case, "no such operation")));
        };
        match case {
            Case::Call(call) => Seen::Answer(Box::new(self.ask(operation, call.clone()).await)),
            Case::Walk(walk) => match (&operation.clause.lists, study.model(&operation.id)) {
                (Some(lists), Some(model)) => Seen::Walk(Box::new(self.walk(operation, lists, model, walk).await)),
                _ => Seen::Answer(Box::new(self.unsendable(case, "not a list"))),
            },
            Case::Again { walk, index, size } => {
                let earlier = study.get(&Case::Walk(walk.clone()));
                let start = match earlier {
                    Some(Seen::Walk(earlier)) => start_of(operation, earlier, *index),
                    _ => None,
                };
                match (start, &operation.clause.lists) {
                    (Some(start), Some(lists)) => {
                        let mut query = walk.query.clone();
                        query.size = size.or(query.size);
                        let mut call = ask::page_call(&self.contract, lists, &query, &start);
                        call.repeat = 7;
                        Seen::Answer(Box::new(self.ask(operation, call).await))
                    }
                    _ => Seen::Answer(Box::new(self.unsendable(case, "the walk has no such page"))),
                }
            }
        }
    }

    fn unsendable(&self, case: &Case, why: &str) -> Observation {
        let operation = self.contract.operation(case.operation()).or_else(|| self.contract.operations.first());
        let exchange =
            Exchange { sent: Sent::default(), outcome: Err(Failure::Unsendable(why.to_owned())), waited: Vec::new() };
        match operation {
            Some(operation) => observe(&self.contract, operation, Call::new(&operation.id), exchange, &self.looks),
            None => unreachable!("a contract without operations plans no case"),
        }
    }
}

/// Where page `index` of a walk starts.
#[must_use]
pub(super) fn start_of(operation: &Operation, walk: &WalkSeen, index: usize) -> Option<Start> {
    if index == 0 {
        return Some(Start::First);
    }
    let call = &walk.answer(index)?.call;
    if let Some(address) = &call.follow {
        return Some(Start::Follow(address.clone()));
    }
    let lists = operation.clause.lists.as_ref()?;
    let value = call.value(ask::start_slot(lists)?)?;
    let page = &lists.page;
    Some(if page.next.is_some() {
        Start::Token(text_of(value))
    } else if page.offset.is_some() {
        Start::Offset(value.as_u64()?)
    } else {
        Start::Number(value.as_u64()?)
    })
}
