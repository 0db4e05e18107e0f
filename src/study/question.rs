//! From a request back to the question that it asks about a list: the way back of [`super::ask::page_call`].

use serde_json::Value;

use super::Start;
use crate::case::{Call, Query, SortChoice};
use crate::contract::semantics::{Direction, Lists, Slot};
use crate::contract::{Operation, template};

/// What a request asks a list, and where it starts; `None` where a size or a start is none, or where an order has no name.
#[must_use]
pub fn question(operation: &Operation, lists: &Lists, call: &Call) -> Option<(Query, Start)> {
    let mut left: Vec<(&Slot, &Value)> = call.values.iter().map(|(slot, value)| (slot, value)).collect();
    let mut take = |slot: &Slot| {
        let at = left.iter().position(|(known, _)| *known == slot)?;
        Some(left.remove(at).1)
    };
    let mut query = Query { access: call.access, ..Query::new(&operation.id, None) };
    let page = &lists.page;
    if let Some(size) = &page.size
        && let Some(value) = take(&size.slot)
    {
        let asked = value.as_u64().filter(|asked| *asked >= size.min.unwrap_or(1))?;
        query.size = Some(asked).filter(|asked| size.max.is_none_or(|most| *asked <= most));
        query.size?;
    }
    let start = start(lists, &mut take)?;
    if let Some(with) = page.total.as_ref().and_then(|total| total.with.as_ref()) {
        take(&with.slot);
    }
    query.sort = sort(lists, &mut take)?;
    for expand in &operation.clause.expands {
        if let Some(at) = left.iter().position(|(slot, value)| **slot == expand.slot && **value == expand.value) {
            left.remove(at);
            query.expand.push(expand.value.clone());
        }
    }
    query.filters = filters(lists, &mut left);
    // What is left is a part of the question that the contract has no name for.
    query.filters.extend(left.into_iter().map(|(slot, value)| (format!("{} (unknown)", slot.name()), value.clone())));
    Some((query, start))
}

fn start<'a>(lists: &Lists, take: &mut impl FnMut(&Slot) -> Option<&'a Value>) -> Option<Start> {
    let page = &lists.page;
    if let Some(value) = page.next.as_ref().and_then(|next| next.slot.as_ref()).and_then(&mut *take) {
        return match value {
            Value::String(token) if token.is_empty() => Some(Start::First),
            Value::String(token) => Some(Start::Token(token.clone())),
            Value::Number(number) => Some(Start::Token(number.to_string())),
            _ => None,
        };
    }
    if let Some(clause) = &page.offset
        && let Some(value) = take(&clause.slot)
    {
        let at = value.as_u64()?;
        return Some(if at == clause.first { Start::First } else { Start::Offset(at) });
    }
    if let Some(clause) = &page.number
        && let Some(value) = take(&clause.slot)
    {
        let at = value.as_u64()?;
        return Some(if at == clause.first { Start::First } else { Start::Number(at) });
    }
    Some(Start::First)
}

/// The order asked for; the outer `None` where it has no name in the contract.
#[expect(clippy::option_option, reason = "no order, an order, and something that is none")]
fn sort<'a>(lists: &Lists, take: &mut impl FnMut(&Slot) -> Option<&'a Value>) -> Option<Option<SortChoice>> {
    let Some(sort) = &lists.sort else { return Some(None) };
    let mut direction = None;
    let slot = sort.direction.as_ref().and_then(|clause| clause.slot.as_ref());
    if let Some(value) = slot.and_then(&mut *take) {
        let mut both = [Direction::Ascending, Direction::Descending].into_iter();
        direction = Some(both.find(|direction| sort.word(*direction) == Some(value))?);
    }
    let mut by = None;
    if let Some(slot) = &sort.by
        && let Some(sent) = take(&slot.slot)
    {
        let (name, told) = sort.asked(sent)?;
        by = Some(name.to_owned());
        direction = told.or(direction);
    }
    Some((by.is_some() || direction.is_some()).then_some(SortChoice { by, direction }))
}

/// The filters that were sent, taken out of what is left: each for itself, then those that were sent as one JSON.
fn filters(lists: &Lists, left: &mut Vec<(&Slot, &Value)>) -> Vec<(String, Value)> {
    let mut asked: Vec<(String, Value)> = Vec::new();
    for (name, filter) in &lists.filters {
        let value = |sent: &Value| match &filter.template {
            Some(text) => {
                let value = template::unfill(text, "value", sent)?;
                (filter.sent(&value) == *template::read_as(text, sent)).then_some(value)
            }
            None => Some(sent.clone()),
        };
        let found = left.iter().position(|(slot, sent)| **slot == filter.slot && value(sent).is_some());
        if let Some(value) = found.and_then(|at| value(left.remove(at).1)) {
            asked.push((name.clone(), value));
        }
    }
    left.retain(|(slot, sent)| match several(lists, slot, sent) {
        Some(parts) => {
            asked.extend(parts);
            false
        }
        None => true,
    });
    asked
}

/// The filters that make up one JSON in a place, if nothing else stands in it.
fn several(lists: &Lists, slot: &Slot, sent: &Value) -> Option<Vec<(String, Value)>> {
    let mut whole: Option<Value> = None;
    let mut parts = Vec::new();
    for (name, filter) in lists.filters.iter().filter(|(_, filter)| filter.slot == *slot && !slot.appends()) {
        let Some(text) = filter.template.as_ref().filter(|text| text.is_object()) else { continue };
        let Some(value) = template::unfill(text, "value", sent) else { continue };
        let part = filter.sent(&value);
        whole = Some(match whole {
            Some(known) => template::joined(&known, &part)?,
            None => part,
        });
        parts.push((name.clone(), value));
    }
    let whole = whole?;
    (whole == *template::read_as(&whole, sent)).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Access;
    use crate::contract::Contract;
    use crate::study::ask::page_call;
    use serde_json::json;

    #[test]
    fn every_question_is_read_back_as_it_was_asked() {
        for (contract, list) in
            [("flexportal", "listCustomers"), ("flexprice", "searchCustomers"), ("maple", "findCustomers")]
        {
            let contract = Contract::shipped(contract).expect("is shipped");
            let operation = contract.operation(list).expect("is there");
            let lists = operation.clause.lists.as_ref().expect("lists");
            let sort = lists.sort.as_ref().expect("sorts");
            let start = if lists.page.offset.is_some() { Start::Offset(40) } else { Start::Token("t".to_owned()) };
            for (name, filter) in &lists.filters {
                let by = sort.fields.keys().chain(sort.values.keys()).next().cloned();
                let direction = sort.direction.as_ref().map(|_| Direction::Descending);
                let mut query = Query::new(list, Some(20)).filter(name, json!("x y"));
                query.sort = Some(SortChoice { by, direction });
                query.access = Access::Second;
                let call = page_call(&contract, lists, &query, &start);
                assert_eq!(question(operation, lists, &call), Some((query, start.clone())), "{list} {name} {filter:?}");
            }
        }
    }

    #[test]
    fn what_is_no_size_or_start_is_no_question() {
        let contract = Contract::shipped("flexprice").expect("is shipped");
        let operation = contract.operation("listCustomers").expect("is there");
        let lists = operation.clause.lists.as_ref().expect("lists");
        let query = |name: &str, value: Value| {
            let slot = Slot::Query(name.to_owned());
            question(operation, lists, &Call::new("listCustomers").with(&slot, value))
        };
        assert_eq!(query("limit", json!("many")), None);
        assert_eq!(query("limit", json!(100_000)), None);
        assert_eq!(query("offset", json!(-1)), None);
        assert_eq!(query("offset", json!(0)).map(|(_, start)| start), Some(Start::First));
        assert_eq!(query("order", json!("sideways")), None);
        let (unknown, _) = query("color", json!("red")).expect("a question");
        assert!(!unknown.is_whole());
    }

    #[test]
    fn filters_that_are_one_json_are_read_back_one_by_one() {
        let lists: Lists = serde_json::from_value(json!({
            "resource": "item", "items": "/items", "page": {},
            "filters": {
                "phase": {"slot": {"query": "filter"}, "field": "/phase", "template": {"phase": {"_eq": "{value}"}}},
                "from": {"slot": {"query": "filter"}, "field": "/price", "template": {"price": {"_gte": "{value}"}}},
            },
        }))
        .expect("is a list");
        let slot = Slot::Query("filter".to_owned());
        let read = |sent: Value| {
            let mut left = vec![(&slot, &sent)];
            (filters(&lists, &mut left), left.len())
        };
        let (phase, from) = (("phase".to_owned(), json!("a")), ("from".to_owned(), json!(3)));
        assert_eq!(read(json!({"phase": {"_eq": "a"}})), (vec![phase.clone()], 0));
        let both = json!({"price": {"_gte": 3}, "phase": {"_eq": "a"}});
        assert_eq!(read(Value::from(both.to_string())), (vec![phase.clone(), from.clone()], 0));
        assert_eq!(read(both), (vec![phase, from], 0));
        assert_eq!(read(json!({"phase": {"_eq": "a"}, "name": 1})), (vec![], 1), "a part that has no name");
    }
}
