//! Duties that are neglected for some requests alone, and keys that are nearly right.

use std::sync::{Arc, PoisonError};

use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::{Call, Server};
use crate::contract::Operation;
use crate::contract::semantics::{Reads, Slot};
use crate::document::text_of;
use crate::mock::exchange::{Answer, Incoming, Inputs};
use crate::mock::hook::{Hook, Neglect, When};
use crate::mock::population::Row;

impl Server {
    /// Whether a duty of the door is neglected for a request, whose question is not yet understood.
    pub(super) fn neglects_at_door(&self, duty: Neglect, operation: &Operation, inputs: &Inputs) -> bool {
        let start = self.blueprint.contract.operations.iter().position(|other| other.id == operation.id);
        let start = start.and_then(|index| self.blueprint.routes[index].next.start.as_deref());
        let later = |when| when == When::Resumed && is_resumed(operation, start, inputs);
        self.neglects(duty, Some(operation))
            || self
                .live
                .iter()
                .any(|live| later(live.when) && matches!(live.hook, Hook::Neglect(known) if known == duty))
    }

    /// Whether a request comes for the second, fourth, … time, where that makes a difference.
    pub(super) fn is_again(&self, incoming: &Incoming) -> bool {
        if self.live.iter().all(|live| live.when != When::Again) {
            return false;
        }
        let who = incoming.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "host" | "user-agent"));
        let who: Vec<&[u8]> = who.map(|(_, value)| value.as_bytes()).collect();
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.entry(format!("{} {who:?}", address(incoming))).or_default();
        *turn += 1;
        turn.is_multiple_of(2)
    }

    /// Whoever need not name a tenant is not asked for its parameter later either.
    pub(super) fn assume_tenant(&self, call: &Call<'_>, inputs: &mut Inputs, tenant: usize) {
        let slot = self.contract().root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
        let name = self.access.tenants.get(tenant);
        let (Some(slot), Some(name)) = (slot, name) else { return };
        let unnamed = inputs.text(slot).is_none_or(|text| text.is_empty());
        if !unnamed || !self.neglects_at_door(Neglect::MissingTenant, call.operation, inputs) {
            return;
        }
        match slot {
            Slot::Query(parameter) => inputs.query.push((parameter.clone(), name.clone())),
            Slot::Header(header) => {
                if let (Ok(header), Ok(value)) = (HeaderName::try_from(header.as_str()), HeaderValue::from_str(name)) {
                    inputs.headers.insert(header, value);
                }
            }
            Slot::Path(_) | Slot::Body(_) => {}
        }
    }

    /// An answer that was kept of the same address, whoever asked for it then.
    pub(super) fn kept(&self, call: &Call<'_>) -> Option<Answer> {
        if !self.neglects(Neglect::Caching, Some(call.operation)) {
            return None;
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&address(call.incoming)).cloned()
    }

    /// Keeps an answer for whoever asks next.
    pub(super) fn keep(&self, call: &Call<'_>, answer: &Answer) {
        if self.neglects(Neglect::Caching, Some(call.operation)) {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(address(call.incoming), answer.clone());
        }
    }

    /// A record whose key is nearly what was asked for: with more at its end, in other letter case, or a key of another
    /// kind.
    pub(super) fn find_nearly(
        &self,
        call: &Call<'_>,
        reads: &Reads,
        inputs: &Inputs,
        tenant: usize,
    ) -> Option<(Arc<Row>, String)> {
        let table = call.population.table(&reads.resource, tenant);
        let find = |slot: &Slot, key: &str, fits: &dyn Fn(&str, &str) -> bool| {
            let wanted = inputs.text(slot)?;
            let has = |row: &&Arc<Row>| row.value.pointer(key).is_some_and(|value| fits(&text_of(value), &wanted));
            Some((Arc::clone(table.iter().find(has)?), key.to_owned()))
        };
        if self.neglects(Neglect::KeyEnds, Some(call.operation)) {
            let begins = |held: &str, wanted: &str| held.starts_with(wanted);
            return reads.by.iter().find_map(|by| find(&by.slot, &by.key, &begins));
        }
        if self.neglects(Neglect::KeyCase, Some(call.operation)) {
            let alike = |held: &str, wanted: &str| held.to_lowercase() == wanted.to_lowercase();
            return reads.by.iter().find_map(|by| find(&by.slot, &by.key, &alike));
        }
        if self.neglects(Neglect::KeyKind, Some(call.operation)) {
            let readers = self.contract().operations.iter().filter_map(|operation| operation.clause.reads.as_ref());
            let others = readers.filter(|other| other.resource == reads.resource).flat_map(|other| &other.by);
            let slot = &reads.by.first()?.slot;
            return others.into_iter().find_map(|by| find(slot, &by.key, &|held, wanted| held == wanted));
        }
        None
    }
}

/// Whether a request goes on with a walk, as far as its parameters tell.
fn is_resumed(operation: &Operation, start: Option<&str>, inputs: &Inputs) -> bool {
    let Some(page) = operation.clause.lists.as_ref().map(|lists| &lists.page) else { return false };
    let token = page.next.as_ref().and_then(|next| next.slot.as_ref()).and_then(|slot| inputs.text(slot));
    let starts = [&page.offset, &page.number].into_iter().flatten();
    let beyond = |value: &Value, first: u64| text_of(value).parse::<u64>().is_ok_and(|at| at > first);
    token.is_some_and(|token| !token.is_empty() && Some(token.as_str()) != start)
        || starts.into_iter().any(|start| inputs.value(&start.slot).is_some_and(|value| beyond(&value, start.first)))
}

/// What a careless cache tells requests apart by.
fn address(incoming: &Incoming) -> String {
    let body = String::from_utf8_lossy(&incoming.body);
    format!("{} {}?{} {body}", incoming.method, incoming.path, incoming.query)
}
