//! One server: a blueprint, its records, and at most one fault and one variant.
//!
//! Answers are made without sockets and without waiting; [`super::wire`] carries them.

mod cache;
mod lapse;
mod orders;
mod twin;
mod write;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

pub(super) use twin::Twin;

use super::access::{Access, Door};
use super::ask::{Ask, Reader, Refused};
use super::blueprint::{Blueprint, Decode, Found};
use super::exchange::{Answer, Incoming, Inputs, Wire};
use super::expand;
use super::habits::Habits;
use super::hook::{Hook, Live, Neglect, Scene, When};
use super::inputs::judge_inputs;
use super::population::{Population, Row, plain};
use super::refusal::Clerk;
use super::targets::Targets;
use crate::contract::semantics::{Choice, Counted, Lists, Reads, Slot};
use crate::contract::{Contract, Operation};
use crate::document::node;
pub(super) use cache::Cache;

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
                for live in &self.live {
                    if let Hook::Refusal(spoil) = live.hook
                        && live.when.holds(&scene)
                    {
                        spoil(&scene, &refused, &mut answer);
                    }
                }
                (0, answer)
            }
        };
        let scene = self.scene(&call, None, tenant);
        for live in &self.live {
            if let Hook::Exchange(spoil) = live.hook
                && live.when.holds(&scene)
            {
                spoil(&scene, call.incoming, &inputs, &mut answer);
            }
        }
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

    fn list(&self, call: &Call<'_>, lists: &Lists, inputs: &mut Inputs, tenant: usize) -> Result<Answer, Refused> {
        let route = &self.blueprint.routes[call.index];
        let neglects = |duty| self.neglects(duty, Some(call.operation));
        let reader = Reader {
            contract: self.contract(),
            operation: call.operation,
            route,
            lists,
            habits: &self.habits,
            neglects: &neglects,
        };
        let asked = reader.read(inputs, tenant)?;
        if reader.is_made_up(&asked, call.population.table(&lists.resource, tenant)) {
            return Err(Refused::Invalid("this token is not one of ours".to_owned()));
        }
        let expands = self.expansions(call.operation, inputs)?;
        let asked = Ask { expands, ..asked };
        self.successes.fetch_add(1, Relaxed);
        let mut ask = asked.clone();
        let mut scene = self.scene(call, Some(&asked), tenant);
        for live in &self.live {
            if let Hook::Ask(spoil) = live.hook
                && live.when.holds(&scene)
            {
                spoil(&scene, &mut ask);
            }
        }
        let mut matching = self.matching(call, &reader, &ask);
        for live in &self.live {
            if let Hook::Matching(spoil) = live.hook
                && live.when.holds(&scene)
            {
                spoil(&scene, Arc::make_mut(&mut matching));
            }
        }
        let all = || self.in_order(call, &lists.resource, ask.tenant, &ask.order);
        let mut page = reader.cut_first(&ask, all).unwrap_or_else(|| reader.cut(&ask, &matching));
        if lists.page.total.as_ref().is_some_and(|total| total.of == Counted::Collection) {
            page.total = i64::try_from(self.collection(call, &reader, &asked)?).unwrap_or(i64::MAX);
        }
        scene.at = (page.start, matching.len());
        for live in &self.live {
            if let Hook::Page(spoil) = live.hook
                && live.when.holds(&scene)
            {
                spoil(&scene, &matching, &mut page);
            }
        }
        if let Some(refused) = reader.past_end(&ask, &page, matching.len()) {
            return Err(refused);
        }
        let mut answer = Answer::json(200, &route.media, "");
        let envelope = reader.envelope(&page, call.incoming, inputs, &mut answer);
        self.write(&scene, envelope, &lists.items, &page.rows, &ask.expands, &mut answer);
        Ok(answer)
    }

    /// Records that the list shows without any filter.
    fn collection(&self, call: &Call<'_>, reader: &Reader<'_>, asked: &Ask) -> Result<usize, Refused> {
        let mut plain = Ask { tenant: asked.tenant, ..Ask::default() };
        reader.filters(&Inputs::default(), &mut plain)?;
        Ok(self.matching(call, reader, &plain).len())
    }

    fn read(&self, call: &Call<'_>, reads: &Reads, inputs: &mut Inputs, tenant: usize) -> Result<Answer, Refused> {
        judge_inputs(call.operation, &self.blueprint.routes[call.index], inputs, &|slot, value| {
            self.forgiven_expansion(call.operation, slot, value)
        })?;
        let expands = self.expansions(call.operation, inputs)?;
        let (row, by) = self.look_up(call, reads, inputs, tenant)?;
        self.successes.fetch_add(1, Relaxed);
        let scene = Scene { by: &by, ..self.scene(call, None, tenant) };
        let mut answer = Answer::json(200, &self.blueprint.routes[call.index].media, "");
        let wrapping = self.blueprint.routes[call.index].envelope.clone();
        self.write(&scene, wrapping, &reads.item, &[row], &expands, &mut answer);
        Ok(answer)
    }

    fn look_up(
        &self,
        call: &Call<'_>,
        reads: &Reads,
        inputs: &Inputs,
        tenant: usize,
    ) -> Result<(Arc<Row>, String), Refused> {
        let find = |tenant: usize| {
            let table = call.population.table(&reads.resource, tenant);
            reads.by.iter().find_map(|by| {
                let wanted = inputs.text(&by.slot)?;
                let is_wanted = |key: &Value| key.as_str().map_or_else(|| plain(key) == wanted, |key| key == wanted);
                let row = table.iter().find(|row| node(&row.value, &by.key).is_some_and(is_wanted))?;
                Some((Arc::clone(row), by.key.clone()))
            })
        };
        if let Some(found) = find(tenant) {
            return Ok(found);
        }
        if let Some(found) = self.find_nearly(call, reads, inputs, tenant) {
            return Ok(found);
        }
        let elsewhere = (0..call.population.tenants.len()).filter(|other| *other != tenant).find_map(find);
        match elsewhere {
            Some(found) if self.neglects(Neglect::ForeignRecords, Some(call.operation)) => Ok(found),
            Some(_) => Err(Refused::Foreign),
            None => Err(Refused::NotFound),
        }
    }

    /// Indices of the expansions asked for.
    fn expansions(&self, operation: &Operation, inputs: &Inputs) -> Result<Vec<usize>, Refused> {
        let mut wanted = Vec::new();
        let clauses = &operation.clause.expands;
        for (index, expand) in clauses.iter().enumerate() {
            let words = expand::words(&inputs.all(&expand.slot));
            for word in &words {
                let known = clauses.iter().any(|other| other.slot == expand.slot && plain(&other.value) == *word);
                let choice = expand.unknown.as_ref().map_or(Choice::Ignore, |unknown| unknown.is);
                let ignored = choice == Choice::Ignore || (choice == Choice::Either && self.is_lenient(operation));
                if !known && !ignored {
                    return Err(Refused::Invalid(format!("{word} cannot be expanded")));
                }
            }
            if words.contains(&plain(&expand.value)) || (self.habits.unasked && expand.unasked.is_some()) {
                wanted.push(index);
            }
        }
        Ok(wanted)
    }

    /// Whether it serves where it may choose between that and a refusal: one that nobody documented is no choice.
    fn is_lenient(&self, operation: &Operation) -> bool {
        self.habits.lenient || !Refused::Invalid(String::new()).is_documented(self.contract(), operation)
    }

    fn forgiven_expansion(&self, operation: &Operation, slot: &Slot, _value: &Value) -> bool {
        let expand = operation.clause.expands.iter().find(|expand| expand.slot == *slot);
        expand.and_then(|expand| expand.unknown.as_ref()).is_some_and(|unknown| {
            unknown.is == Choice::Ignore || (unknown.is == Choice::Either && self.is_lenient(operation))
        })
    }

    /// An operation that no clause describes: its example, if it has one.
    fn undescribed(&self, call: &Call<'_>) -> Answer {
        self.successes.fetch_add(1, Relaxed);
        let Some(success) = call.operation.success() else { return Answer { status: 204, ..Answer::default() } };
        let status = match success.status {
            crate::contract::Status::Exact(status) => status,
            _ => 200,
        };
        self.clerk.answer(&self.blueprint, call.index, status, "success", &self.habits)
    }
}

fn known_parameters(contract: &Contract, operation: &Operation, inputs: &Inputs) -> Result<(), Refused> {
    let keys = contract.schemes.values().filter_map(|scheme| match scheme {
        crate::contract::Scheme::QueryKey(name) => Some(name),
        _ => None,
    });
    let keys: Vec<&String> = keys.collect();
    for (name, _) in &inputs.query {
        let slot = Slot::Query(name.clone());
        if operation.parameter(&slot).is_none() && !keys.contains(&name) {
            return Err(Refused::Invalid(format!("{name} is not known")));
        }
    }
    Ok(())
}
