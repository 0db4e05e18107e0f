//! Which records match, and in which order.

use std::cmp::Ordering as Cmp;
use std::sync::Arc;

use serde_json::Value;

use super::ask::{Ask, Condition, Ordering};
use super::blueprint::Route;
use super::population::Row;
use crate::contract::semantics::{Absent, Case, Filter, Lists, Match, Order};
use crate::contract::{Expression, Truth, moment};
use crate::document::{node, text_of};

/// A value to sort by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rank {
    Number(f64),
    Moment(jiff::Timestamp),
    Text(String),
    /// No value: last in either direction.
    Nothing,
}

impl Rank {
    /// The rank of a record's value.
    pub(crate) fn of(value: Option<&Value>, order: Order) -> Self {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Self::Nothing };
        match (order, value) {
            (Order::Number, value) => figure(value).map_or(Self::Nothing, Self::Number),
            (Order::Instant, Value::String(text)) => {
                moment(text).map_or_else(|| Self::Text(text.clone()), Self::Moment)
            }
            (Order::Instant, value) => value.as_f64().map_or(Self::Nothing, Self::Number),
            (Order::Text, value) => Self::Text(text_of(value).to_lowercase()),
        }
    }

    /// Compares in a direction; what has no value comes last.
    pub(crate) fn compare(&self, other: &Self, descending: bool) -> Cmp {
        let natural = match (self, other) {
            (Self::Nothing, Self::Nothing) => return Cmp::Equal,
            (Self::Nothing, _) => return Cmp::Greater,
            (_, Self::Nothing) => return Cmp::Less,
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Moment(a), Self::Moment(b)) => a.cmp(b),
            (Self::Number(_), _) | (Self::Moment(_), Self::Text(_)) => Cmp::Less,
            (Self::Text(_), _) | (Self::Moment(_), Self::Number(_)) => Cmp::Greater,
        };
        if descending { natural.reverse() } else { natural }
    }
}

/// A record beside its rank.
pub(crate) type Ranked = (Rank, Arc<Row>);

/// All rows in an order; ties by key.
pub(crate) fn sorted(rows: &[Arc<Row>], order: &Ordering) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = rows.iter().map(|row| (rank(row, order), Arc::clone(row))).collect();
    ranked.sort_by(|a, b| a.0.compare(&b.0, order.descending).then_with(|| a.1.key.cmp(&b.1.key)));
    ranked
}

/// The rank of a row in an order.
pub(crate) fn rank(row: &Row, order: &Ordering) -> Rank {
    match &order.field {
        Some((field, kind)) => Rank::of(node(&row.value, field), *kind),
        None => Rank::Nothing,
    }
}

/// Whether a record matches every condition.
pub(crate) fn matches(lists: &Lists, route: &Route, ask: &Ask, row: &Row) -> bool {
    !ask.nothing && ask.filters.iter().all(|condition| holds(lists, route, condition, &row.value))
}

/// Whether one condition holds for a record.
pub(crate) fn holds(lists: &Lists, route: &Route, condition: &Condition, record: &Value) -> bool {
    let Some((_, filter)) = lists.filters.get_index(condition.filter) else { return true };
    if let Some(Some(rule)) = route.rules.get(condition.filter) {
        return by_rule(rule, record, &condition.value);
    }
    let Some(field) = filter.field.as_deref().and_then(|field| node(record, field)) else { return false };
    shows(filter, field, condition)
}

/// Whether a field shows what a condition asks for; of a list, one of its items.
fn shows(filter: &Filter, field: &Value, condition: &Condition) -> bool {
    if let (Value::Array(items), Match::Equal | Match::Contains) = (field, filter.matching) {
        return items.iter().any(|item| equal(item, &condition.value, condition.ignore_case));
    }
    compare(filter, field, condition)
}

/// Whether a record matches a filter of a field under the value that it has when it is left out; under any other filter.
pub(crate) fn is_listed(filter: &Filter, record: &Value) -> bool {
    let (Some(Absent::Only(value)), Some(field)) = (&filter.absent, &filter.field) else { return true };
    let ignore_case = filter.case == Case::Ignore;
    let condition = Condition { filter: 0, value: value.clone(), ignore_case, asked: false };
    node(record, field).is_some_and(|field| shows(filter, field, &condition))
}

fn by_rule(rule: &Expression, record: &Value, value: &Value) -> bool {
    let value = Value::from(text_of(value));
    rule.truth(&[("self", record), ("value", &value)]) == Truth::Holds
}

fn compare(filter: &Filter, field: &Value, condition: &Condition) -> bool {
    if field.is_null() {
        return false;
    }
    let value = &condition.value;
    match filter.matching {
        Match::Equal => equal(field, value, condition.ignore_case),
        Match::Contains => {
            let (field, value) = (fold(field, condition.ignore_case), fold(value, condition.ignore_case));
            field.contains(&value)
        }
        Match::AnyOf => match value {
            Value::Array(values) => values.iter().any(|value| equal(field, value, condition.ignore_case)),
            value => equal(field, value, condition.ignore_case),
        },
        Match::AtLeast => ordered(field, value).is_some_and(Cmp::is_ge),
        Match::AtMost => ordered(field, value).is_some_and(Cmp::is_le),
        Match::Above => ordered(field, value).is_some_and(Cmp::is_gt),
        Match::Below => ordered(field, value).is_some_and(Cmp::is_lt),
    }
}

fn fold(value: &Value, ignore_case: bool) -> String {
    let text = text_of(value);
    if ignore_case { text.to_lowercase() } else { text }
}

/// Whether a field equals a sent value; numbers and flags are read from their text.
pub(crate) fn equal(field: &Value, value: &Value, ignore_case: bool) -> bool {
    match field {
        Value::Number(_) => figure(value).is_some_and(|value| field.as_f64() == Some(value)),
        Value::Bool(flag) => text_of(value) == flag.to_string(),
        Value::String(text) if !ignore_case => value.as_str() == Some(text.as_str()),
        _ => fold(field, ignore_case) == fold(value, ignore_case),
    }
}

/// A number, even one that is written as text.
fn figure(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).filter(|number| number.is_finite())
}

fn ordered(field: &Value, value: &Value) -> Option<Cmp> {
    // Decimals are often written as text, lest a digit gets lost.
    if let (Some(a), Some(b)) = (figure(field), figure(value)) {
        return a.partial_cmp(&b);
    }
    let (field, value) = (field.as_str()?, value.as_str()?);
    match (moment(field), moment(value)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => Some(field.cmp(value)),
    }
}
