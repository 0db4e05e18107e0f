//! From a request back to the question that it asks about a list: the way back of [`super::ask::page_call`].

use serde_json::Value;

use super::Start;
use crate::case::{Call, Query, SortChoice};
use crate::contract::Operation;
use crate::contract::semantics::{Direction, Lists, Slot};

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
    for (name, filter) in &lists.filters {
        let value = |sent: &Value| match &filter.template {
            Some(template) => unfill(template, "value", sent),
            None => Some(sent.clone()),
        };
        let found = left.iter().position(|(slot, sent)| **slot == filter.slot && value(sent).is_some());
        if let Some(value) = found.and_then(|at| value(left.remove(at).1)) {
            query.filters.push((name.clone(), value));
        }
    }
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
    let word = |value: &Value| {
        let clause = sort.direction.as_ref()?;
        let words = [(Direction::Ascending, &clause.ascending), (Direction::Descending, &clause.descending)];
        words.into_iter().find(|(_, word)| *word == value).map(|(direction, _)| direction)
    };
    let mut direction = None;
    let slot = sort.direction.as_ref().and_then(|clause| clause.slot.as_ref());
    if let Some(value) = slot.and_then(&mut *take) {
        direction = Some(word(value)?);
    }
    let mut by = None;
    if let Some(slot) = &sort.by
        && let Some(sent) = take(&slot.slot)
    {
        let mut names = sort.fields.keys().chain(sort.values.keys());
        let found = match &slot.template {
            None => names.find(|name| *sent == Value::String((*name).clone())).map(|name| (name.clone(), None)),
            Some(template) => names.find_map(|name| {
                let filled = super::ask::fill(template, "field", &Value::String(name.clone()));
                let both = [Direction::Ascending, Direction::Descending].into_iter().find(|direction| {
                    let clause = sort.direction.as_ref();
                    let word = clause.map(|clause| match direction {
                        Direction::Ascending => &clause.ascending,
                        Direction::Descending => &clause.descending,
                    });
                    word.is_some_and(|word| super::ask::fill(&filled, "direction", word) == *sent)
                });
                (both.is_some() || filled == *sent).then(|| (name.clone(), both))
            }),
        };
        let (name, told) = found?;
        by = Some(name);
        direction = told.or(direction);
    }
    Some((by.is_some() || direction.is_some()).then_some(SortChoice { by, direction }))
}

/// The value that `{name}` stands for in a template that was filled; `None` where something else was sent.
#[must_use]
pub fn unfill(template: &Value, name: &str, sent: &Value) -> Option<Value> {
    let placeholder = format!("{{{name}}}");
    match (template, sent) {
        (Value::String(text), _) if *text == placeholder => Some(sent.clone()),
        (Value::String(text), Value::String(sent)) => {
            let (before, after) = text.split_once(&placeholder)?;
            sent.strip_prefix(before)?.strip_suffix(after).map(Value::from)
        }
        (Value::Array(items), Value::Array(sent)) if items.len() == sent.len() => {
            one_of(items.iter().zip(sent), name, &placeholder)
        }
        (Value::Object(members), Value::Object(sent)) if members.len() == sent.len() => {
            let pairs: Option<Vec<_>> = members.iter().map(|(key, member)| Some((member, sent.get(key)?))).collect();
            one_of(pairs?.into_iter(), name, &placeholder)
        }
        _ => None,
    }
}

/// The one value among parts that must all fit.
fn one_of<'a>(parts: impl Iterator<Item = (&'a Value, &'a Value)>, name: &str, placeholder: &str) -> Option<Value> {
    let mut found = None;
    for (template, sent) in parts {
        if template.to_string().contains(placeholder) {
            found = Some(unfill(template, name, sent)?);
        } else if template != sent {
            return None;
        }
    }
    found
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
    fn templates_are_read_back() {
        let template = json!({"field": "name", "value": {"string": "{value}"}});
        assert_eq!(unfill(&template, "value", &json!({"field": "name", "value": {"string": "x"}})), Some(json!("x")));
        assert_eq!(unfill(&template, "value", &json!({"field": "mail", "value": {"string": "x"}})), None);
        assert_eq!(unfill(&json!("status eq '{value}'"), "value", &json!("status eq 'a'")), Some(json!("a")));
    }
}
