//! From a question about a list to the request that asks it: slots, templates, where to start.

use serde_json::Value;

use crate::case::{Call, Query, SortChoice};
use crate::contract::semantics::{Lists, Slot};
use crate::contract::{Contract, template};

/// Where a page starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// At the beginning.
    First,
    /// At a token from an earlier answer.
    Token(String),
    /// At an address from an earlier answer.
    Follow(String),
    /// After so many records.
    Offset(u64),
    /// At the page with this number.
    Number(u64),
}

/// The request for one page of a query.
#[must_use]
pub fn page_call(contract: &Contract, lists: &Lists, query: &Query, start: &Start) -> Call {
    let mut call = asking(contract, lists, query);
    match start {
        Start::First => {}
        Start::Token(token) => {
            if let Some(slot) = lists.page.next.as_ref().and_then(|next| next.slot.as_ref()) {
                let operation = contract.operation(&query.operation);
                let sent = operation.map(|operation| contract.token_value(operation, lists, token));
                call.set(slot, sent.unwrap_or_else(|| Value::from(token.as_str())));
            }
        }
        Start::Follow(address) => call.follow = Some(address.clone()),
        Start::Offset(offset) => {
            if let Some(clause) = &lists.page.offset {
                call.set(&clause.slot, Value::from(*offset));
            }
        }
        Start::Number(number) => {
            if let Some(clause) = &lists.page.number {
                call.set(&clause.slot, Value::from(*number));
            }
        }
    }
    call
}

/// The request for the first page of a query, with a size where leaving it out may be refused.
#[must_use]
pub fn query_call(contract: &Contract, lists: &Lists, query: &Query) -> Call {
    let call = asking(contract, lists, query);
    let size = lists.page.size.as_ref().filter(|size| query.size.is_none() && size.omitted.is_some());
    match size.and_then(|size| Some((&size.slot, size.default.as_ref()?.value))) {
        Some((slot, usual)) => call.with(slot, Value::from(usual)),
        None => call,
    }
}

/// What asks for the default order by its name, where a server may insist on an order.
#[must_use]
pub fn default_order(contract: &Contract, operation: &str, lists: &Lists) -> Vec<(Slot, Value)> {
    let Some(choice) = named_default(lists) else { return Vec::new() };
    let query = Query { sort: Some(choice), ..Query::new(operation, None) };
    asking(contract, lists, &query).values
}

/// The name of the default order, where asking for none may be refused.
fn named_default(lists: &Lists) -> Option<SortChoice> {
    let sort = lists.sort.as_ref().filter(|sort| sort.omitted.is_some())?;
    let default = sort.default.as_ref()?;
    let named = |name: &String, direction| SortChoice { by: Some(name.clone()), direction };
    let by_value = sort.values.iter().find(|(_, field)| {
        field.field == default.field && field.order == default.order && field.direction == default.direction
    });
    let by_field = || {
        let direction = default.direction.filter(|_| sort.direction.is_some())?;
        let (name, _) = sort.fields.iter().find(|(_, field)| field.field == default.field)?;
        Some(named(name, Some(direction)))
    };
    by_value.map(|(name, _)| named(name, None)).or_else(by_field)
}

fn asking(contract: &Contract, lists: &Lists, query: &Query) -> Call {
    let mut call = Call::new(&query.operation).access(query.access);
    if let (Some(size), Some(clause)) = (query.size, &lists.page.size) {
        call.set(&clause.slot, Value::from(size));
    }
    if let Some(with) = lists.page.total.as_ref().and_then(|total| total.with.as_ref()) {
        call.set(&with.slot, with.value.clone());
    }
    for (name, value) in &query.filters {
        if let Some(filter) = lists.filters.get(name) {
            let sent = filter.sent(value);
            // Filters of one place are one JSON, as far as they get along.
            let known = call.value(&filter.slot).filter(|_| !filter.slot.appends());
            let whole = known.filter(|known| known.is_object()).and_then(|known| template::joined(known, &sent));
            call.set(&filter.slot, whole.unwrap_or(sent));
        }
    }
    if let (Some(choice), Some(sort)) = (&query.sort, &lists.sort) {
        if let (Some(by), Some(slot)) = (&choice.by, &sort.by) {
            call.set(&slot.slot, sort.sent(by, choice.direction));
        }
        let word = choice.direction.and_then(|direction| sort.word(direction));
        if let (Some(word), Some(slot)) = (word, sort.direction.as_ref().and_then(|clause| clause.slot.as_ref())) {
            call.set(slot, word.clone());
        }
    }
    let expands = contract.operation(&query.operation).map(|operation| operation.clause.expands.as_slice());
    for value in &query.expand {
        if let Some(expand) = expands.unwrap_or_default().iter().find(|expand| expand.value == *value) {
            call.set(&expand.slot, value.clone());
        }
    }
    call
}

/// The slot that names the start of a page, whatever kind it is.
#[must_use]
pub fn start_slot(lists: &Lists) -> Option<&Slot> {
    let page = &lists.page;
    page.next
        .as_ref()
        .and_then(|next| next.slot.as_ref())
        .or(page.offset.as_ref().map(|start| &start.slot))
        .or(page.number.as_ref().map(|start| &start.slot))
}
