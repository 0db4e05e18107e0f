//! One server: a blueprint, its records, and at most one fault and one variant.
//!
//! Answers are made without sockets and without waiting; [`super::wire`] carries them.

mod cache;
mod expansions;
mod lapse;
mod list;
mod orders;
mod read;
mod twin;
mod write;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) use twin::Twin;

use super::access::{Access, Door};
use super::ask::{Ask, Refused};
use super::blueprint::{Blueprint, Decode, Found};
use super::exchange::{Answer, Incoming, Inputs, Wire};
use super::habits::Habits;
use super::hook::{Hook, Live, Neglect, Scene, When};
use super::inputs::{judge_inputs, known_parameters};
use super::population::Population;
use super::refusal::Clerk;
use super::targets::Targets;
use crate::contract::semantics::Choice;
use crate::contract::{Contract, Operation, Status};
pub(super) use cache::Cache;

/// Lets the hooks of one kind that are live in a scene do what they do.
macro_rules! spoil {
    ($server:expr, $scene:expr, $kind:ident($($with:expr),*)) => {
        for live in &$server.live {
            if let Hook::$kind(spoil) = live.hook
                && live.when.holds($scene)
            {
                spoil($scene, $($with),*);
            }
        }
    };
}
use spoil;

/// A server without sockets.
#[derive(Debug)]
pub struct Server {
    pub(super) blueprint: Arc<Blueprint>,
    pub(super) access: Access,
    pub(super) habits: Habits,
    pub(super) targets: Targets,
    pub(super) live: Vec<Live>,
    pub(super) records: Mutex<Arc<Population>>,
    /// What somebody else does to the records after each so many requests.
    pub(super) meddling: Option<(u64, super::variant::Meddle)>,
    pub(super) clerk: Clerk,
    pub(super) requests: AtomicU64,
    pub(super) served: AtomicU64,
    pub(super) successes: AtomicU64,
    /// Answers that are kept, by address.
    pub(super) kept: Mutex<HashMap<String, Answer>>,
    /// What a cache in front has kept, where there is one.
    pub(super) cache: Cache,
    /// How often each address was asked for, where that makes a difference.
    pub(super) turns: Mutex<HashMap<String, u64>>,
    /// The same server without its fault, where it is asked whether that shows.
    pub(super) twin: Option<Twin>,
}

/// One operation's part in a request.
#[derive(Clone, Copy)]
struct Call<'a> {
    index: usize,
    operation: &'a Operation,
    incoming: &'a Incoming,
    population: &'a Population,
    /// Whether the same address was asked for an odd number of times before.
    again: bool,
}

impl Server {
    /// The contract that is served.
    #[must_use]
    pub fn contract(&self) -> &Contract {
        &self.blueprint.contract
    }

    /// What a client needs to be let in.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Requests answered so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Relaxed)
    }

    /// Path prefix of all operations.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.blueprint.prefix
    }

    /// Answers a request.
    #[must_use]
    pub fn answer(&self, incoming: &Incoming) -> Answer {
        let answer = match self.habits.caches {
            true => self.cache.answer(incoming, || self.own_answer(incoming)),
            false => self.own_answer(incoming),
        };
        if let Some(twin) = &self.twin {
            twin.take_down(incoming, &answer);
        }
        answer
    }

    fn own_answer(&self, incoming: &Incoming) -> Answer {
        let count = self.requests.fetch_add(1, Relaxed) + 1;
        let population = self.population(count);
        if incoming.method == "TRACE" && self.neglects(Neglect::Trace, None) {
            let mut answer = Answer { status: 200, body: "TRACE / HTTP/1.1\r\n\r\n".into(), ..Answer::default() };
            answer.set_header("content-type", "message/http");
            return answer;
        }
        let decode = match () {
            () if self.neglects(Neglect::Decoding, None) => Decode::Not,
            () if self.neglects(Neglect::SlashDecoding, None) => Decode::CutAtSlash,
            () if self.neglects(Neglect::DoubleDecoding, None) => Decode::Twice,
            () => Decode::Properly,
        };
        let mut found = self.blueprint.find(&incoming.method, &incoming.path, decode);
        if let (Found::OtherMethods { near, .. }, true) = (&found, self.neglects(Neglect::Methods, None)) {
            let method = self.contract().operations[*near].method.clone();
            found = self.blueprint.find(&method, &incoming.path, decode);
        }
        match found {
            Found::Operation(index, _) if self.hiccups() => {
                let Some(status) = self.habits.hiccup.and_then(|hiccup| hiccup.status) else {
                    return Answer { status: 200, wire: Wire::Dropped, ..Answer::default() };
                };
                let mut answer = self.clerk.answer(&self.blueprint, index, status, "many", &self.habits);
                if let Some(when) = self.habits.hiccup.and_then(|hiccup| hiccup.retry_after) {
                    answer.set_header("retry-after", when);
                }
                answer
            }
            Found::Operation(index, path) => {
                let operation = &self.contract().operations[index];
                let inputs = Inputs {
                    path,
                    query: Inputs::read_query(&incoming.query),
                    headers: incoming.headers.clone(),
                    body: None,
                };
                let again = self.is_again(incoming);
                self.serve(Call { index, operation, incoming, population: &population, again }, inputs)
            }
            Found::OtherMethods { .. } if self.habits.cuts_trace && incoming.method == "TRACE" => {
                Answer { status: 405, wire: Wire::Dropped, ..Answer::default() }
            }
            Found::OtherMethods { near, .. } if self.habits.fails_trace && incoming.method == "TRACE" => {
                self.clerk.answer(&self.blueprint, near, 500, "method", &self.habits)
            }
            Found::OtherMethods { allow, near } => {
                let mut answer = self.clerk.answer(&self.blueprint, near, 405, "method", &self.habits);
                answer.set_header("allow", &allow);
                answer
            }
            Found::Nothing => match self.contract().operations.is_empty() {
                true => Answer { status: 404, ..Answer::default() },
                false => self.clerk.answer(&self.blueprint, 0, 404, "path", &self.habits),
            },
        }
    }

    /// Whether this request to an operation gets the status that some get.
    fn hiccups(&self) -> bool {
        let served = self.served.fetch_add(1, Relaxed) + 1;
        self.habits.hiccup.is_some_and(|hiccup| hiccup.hits(served))
    }

    /// The records as of this request.
    fn population(&self, count: u64) -> Arc<Population> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((every, meddle)) = self.meddling
            && count.is_multiple_of(every)
        {
            let mut changed = Population::clone(&records);
            meddle(&self.targets, count / every, &mut changed);
            *records = Arc::new(changed);
        }
        Arc::clone(&records)
    }

    /// Whether a duty is neglected; for a certain operation, if one is given.
    pub(super) fn neglects(&self, duty: Neglect, operation: Option<&Operation>) -> bool {
        self.live.iter().any(|live| {
            let here = match (live.when, operation) {
                // Which requests those are is known at the door alone.
                (When::Resumed, _) => false,
                (When::Lists, Some(operation)) => operation.clause.lists.is_some(),
                (When::Reads, Some(operation)) => operation.clause.reads.is_some(),
                _ => true,
            };
            here && matches!(live.hook, Hook::Neglect(known) if known == duty)
        })
    }

    fn serve(&self, call: Call<'_>, mut inputs: Inputs) -> Answer {
        let outcome = self.understand(&call, &mut inputs);
        let (tenant, mut answer) = match outcome {
            Ok((tenant, answer)) => (tenant, answer),
            Err(refused) => {
                let mut answer = self.clerk.refuse(&self.blueprint, call.index, &refused, &self.habits);
                let scene = self.scene(&call, None, 0);
                spoil!(self, &scene, Refusal(&refused, &mut answer));
                (0, answer)
            }
        };
        let scene = self.scene(&call, None, tenant);
        spoil!(self, &scene, Exchange(call.incoming, &inputs, &mut answer));
        answer
    }

    fn understand(&self, call: &Call<'_>, inputs: &mut Inputs) -> Result<(usize, Answer), Refused> {
        if call.operation.body.is_some() && !call.incoming.body.is_empty() {
            let body = serde_json::from_slice(&call.incoming.body);
            inputs.body = Some(body.map_err(|_| Refused::Invalid("the body is no JSON".to_owned()))?);
        }
        let neglects = |duty| self.neglects_at_door(duty, call.operation, inputs);
        let door = Door { contract: self.contract(), access: &self.access, neglects: &neglects };
        let tenant = door.enter(call.operation, inputs)?;
        self.assume_tenant(call, inputs, tenant);
        if let Some(kept) = self.kept(call) {
            return Ok((tenant, kept));
        }
        let promised = self.contract().root.unknown_parameters.as_ref().map(|handling| handling.is);
        let refused = promised == Some(Choice::Refuse) && !self.neglects(Neglect::Parameters, Some(call.operation));
        if self.habits.strict_parameters || refused {
            known_parameters(self.contract(), call.operation, inputs)?;
        }
        let clause = &call.operation.clause;
        let answer = match (&clause.lists, &clause.reads) {
            (Some(lists), _) => self.list(call, lists, inputs, tenant)?,
            (None, Some(reads)) => self.read(call, reads, inputs, tenant)?,
            (None, None) => {
                judge_inputs(call.operation, &self.blueprint.routes[call.index], inputs, &|_, _| false)?;
                self.undescribed(call)
            }
        };
        self.keep(call, &answer);
        Ok((tenant, answer))
    }

    fn scene<'a>(&'a self, call: &Call<'a>, ask: Option<&'a Ask>, tenant: usize) -> Scene<'a> {
        Scene {
            contract: self.contract(),
            operation: call.operation,
            targets: &self.targets,
            population: call.population,
            route: &self.blueprint.routes[call.index],
            ask,
            expands: &[],
            by: "",
            tenant,
            nth: self.successes.load(Relaxed),
            again: call.again,
            key: "",
            at: (0, 0),
        }
    }

    /// An operation that no clause describes: its example, if it has one.
    fn undescribed(&self, call: &Call<'_>) -> Answer {
        self.successes.fetch_add(1, Relaxed);
        let Some(success) = call.operation.success() else { return Answer { status: 204, ..Answer::default() } };
        let status = match success.status {
            Status::Exact(status) => status,
            _ => 200,
        };
        self.clerk.answer(&self.blueprint, call.index, status, "success", &self.habits)
    }
}
