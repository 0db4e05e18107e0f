//! From a request to what it asks for, or to the refusal that it gets.

mod starts;

use serde_json::Value;

use super::blueprint::{Blueprint, Route};
use super::exchange::Inputs;
use super::habits::Habits;
use super::hook::Neglect;
use super::inputs::{fitting, judge_inputs};
use super::token::Mark;
use crate::contract::semantics::{
    Absent, Case, Choice, Direction, Handling, Lists, Match, Order, Size, Slot, Sort, SortField,
};
use crate::contract::{Breach, Checker, Contract, Operation, Parameter, template};
use crate::document::text_of;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    NoCredential,
    WrongCredential,
    NoTenant,
    Foreign,
    NotFound,
    /// What is wrong, for the message.
    Invalid(String),
}

/// A list request, understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) tenant: usize,
    pub(crate) filters: Vec<Condition>,
    pub(crate) order: Ordering,
    /// Records per page; `None`: all.
    pub(crate) size: Option<usize>,
    /// Whether the size was asked for.
    pub(crate) sized: bool,
    pub(crate) from: From,
    /// Indices of the expansions asked for.
    pub(crate) expands: Vec<usize>,
    /// Whether nothing can match.
    pub(crate) nothing: bool,
    /// What was asked, whatever becomes of it: a token is good for the same question only.
    pub(crate) question: u64,
    /// Whether the token says that an empty page has just been served.
    pub(crate) again: bool,
}

/// A filter with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    /// Index among the operation's filters.
    pub(crate) filter: usize,
    pub(crate) value: Value,
    pub(crate) ignore_case: bool,
    /// Whether it was sent, or holds because nothing was.
    pub(crate) asked: bool,
}

/// How records are ordered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ordering {
    /// The record's field and how its values compare; without one, the key alone counts.
    pub(crate) field: Option<(String, Order)>,
    pub(crate) descending: bool,
    /// Whether it was asked for.
    pub(crate) asked: bool,
}

/// Where a page starts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum From {
    #[default]
    Start,
    After(Mark),
    Key(String),
    Offset(usize),
}

/// Reads the requests of one list operation.
pub(crate) struct Reader<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) operation: &'a Operation,
    pub(crate) route: &'a Route,
    pub(crate) lists: &'a Lists,
    pub(crate) habits: &'a Habits,
    /// Duties that are neglected: faults.
    pub(crate) neglects: &'a dyn Fn(Neglect) -> bool,
}

impl Reader<'_> {
    /// Understands a request of a tenant.
    pub(crate) fn read(&self, inputs: &mut Inputs, tenant: usize) -> Result<Ask, Refused> {
        judge_inputs(self.operation, self.route, inputs, &|slot, value| self.lenience(slot, value).is_some())?;
        let mut ask = Ask { tenant, ..Ask::default() };
        (ask.size, ask.sized) = self.size(inputs)?;
        self.filters(inputs, &mut ask)?;
        ask.order = self.order(inputs)?;
        ask.question = ask.walk(self.operation);
        ask.from = self.from(inputs, &ask)?;
        let slot = self.lists.page.next.as_ref().and_then(|next| next.slot.as_ref());
        ask.again = slot.and_then(|slot| inputs.text(slot)).is_some_and(|token| token.ends_with('='));
        Ok(ask)
    }

    /// What is done about something unlawful, where it is not refused.
    pub(super) fn chosen(&self, handling: Option<&Handling>) -> Option<Choice> {
        match handling.map(|handling| handling.is).filter(|_| !(self.neglects)(Neglect::Refusing)) {
            Some(Choice::Either) => (self.habits.lenient || !self.route.refuses).then_some(Choice::Either),
            // Where nothing is promised and no refusal documented, serving is all that is lawful.
            None => (!self.route.refuses).then_some(Choice::Either),
            Some(Choice::Refuse) => None,
            Some(other) => Some(other),
        }
    }

    /// What is done about a value outside its bounds; `None`: it is refused.
    fn lenience(&self, slot: &Slot, value: &Value) -> Option<Choice> {
        let page = &self.lists.page;
        if let Some(size) = page.size.as_ref().filter(|size| size.slot == *slot) {
            let taken = self.takes_size(value) || self.begins(value).is_some();
            return self.size_lenience(size, value).or(taken.then_some(Choice::Ignore));
        }
        if let Some(start) = [&page.offset, &page.number].into_iter().flatten().find(|start| start.slot == *slot) {
            let handling = if number(value).is_some() { start.below.as_ref() } else { start.malformed.as_ref() };
            return self.chosen(handling).or((self.neglects)(Neglect::Starts).then_some(Choice::Default));
        }
        if let Some(next) = page.next.as_ref().filter(|next| next.slot.as_ref() == Some(slot)) {
            return self
                .chosen(next.malformed.as_ref())
                .or((self.neglects)(Neglect::Tokens).then_some(Choice::Default));
        }
        if let Some(filter) = self.lists.filters.values().find(|filter| filter.slot == *slot) {
            let unsupported =
                filter.unsupported.is_some() && self.habits.unsupported || (self.neglects)(Neglect::FilterValues);
            return self.chosen(filter.unknown.as_ref()).or(unsupported.then_some(Choice::Ignore));
        }
        if let Some(sort) = &self.lists.sort {
            let direction = sort.direction.as_ref().and_then(|direction| direction.slot.as_ref());
            let ours = sort.by.as_ref().is_some_and(|by| by.slot == *slot) || direction == Some(slot);
            let unsupported = sort.unsupported.is_some() && self.habits.unsupported || (self.neglects)(Neglect::Orders);
            return ours
                .then(|| self.chosen(sort.unknown.as_ref()).or(unsupported.then_some(Choice::Ignore)))
                .flatten();
        }
        None
    }

    fn size_lenience(&self, size: &Size, value: &Value) -> Option<Choice> {
        let handling = match number(value) {
            None => size.malformed.as_ref(),
            Some(0) if size.zero.is_some() => size.zero.as_ref(),
            Some(x) if x < bound(size.min.unwrap_or(1)) => size.below.as_ref(),
            Some(x) if size.max.is_some_and(|max| x > bound(max)) => size.above.as_ref(),
            Some(_) => None,
        };
        self.chosen(handling).or((self.neglects)(Neglect::Clamping).then_some(Choice::Clamp))
    }

    /// Whether a size outside its bounds is taken as it is.
    fn takes_size(&self, value: &Value) -> bool {
        if number(value) == Some(0) && (self.neglects)(Neglect::ZeroSize) {
            return true;
        }
        let size = self.lists.page.size.as_ref();
        let max = size.and_then(|size| size.max).map(bound);
        let ceiling = size.and_then(|size| size.ceiling).map(bound).filter(|_| self.habits.ceiling);
        if number(value)
            .is_some_and(|asked| max.is_some_and(|max| asked > max) && ceiling.is_some_and(|most| asked <= most))
        {
            return true;
        }
        let one_above = max.is_some_and(|max| number(value) == Some(max + 1));
        (self.neglects)(Neglect::Bounds) || (one_above && (self.neglects)(Neglect::OneAbove))
    }

    /// The whole number that something begins with, where that is taken for it.
    fn begins(&self, value: &Value) -> Option<i64> {
        let text = Some(crate::document::text_of(value))
            .filter(|_| number(value).is_none() && (self.neglects)(Neglect::SizeEnd))?;
        text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())].parse().ok()
    }

    fn size(&self, inputs: &Inputs) -> Result<(Option<usize>, bool), Refused> {
        let Some(size) = &self.lists.page.size else { return Ok((None, false)) };
        let default = size.default.as_ref().and_then(|default| usize::try_from(default.value).ok());
        let Some(value) = inputs.value(&size.slot) else {
            return match size.omitted.is_some() && self.habits.insists {
                true => Err(Refused::Invalid(format!("{} is missing", size.slot.name()))),
                false => Ok((default, false)),
            };
        };
        let (min, max) = (size.min.unwrap_or(1), size.max.unwrap_or(u64::MAX));
        let asked = number(&value).or_else(|| self.begins(&value));
        let lawful = asked.and_then(|x| u64::try_from(x).ok()).filter(|x| (min..=max).contains(x));
        if let Some(x) = lawful {
            return Ok((usize::try_from(x).ok(), true));
        }
        if asked == Some(0) && (self.neglects)(Neglect::ZeroSize) {
            return Ok((None, true));
        }
        if self.takes_size(&value) {
            return Ok((asked.map_or(default, |x| usize::try_from(x).ok()), true));
        }
        let zero = asked == Some(0) && size.zero.is_some();
        match (self.size_lenience(size, &value), asked) {
            (None, _) => Err(Refused::Invalid(format!("{} must be from {min} to {max}", size.slot.name()))),
            (Some(Choice::Default), _) | (_, None) => Ok((default, false)),
            (Some(_), Some(_)) if zero => Ok((default, false)),
            (Some(_), Some(x)) if x < bound(min) => Ok((usize::try_from(min).ok(), true)),
            (Some(_), Some(_)) => Ok((usize::try_from(max).ok(), true)),
        }
    }

    /// What is asked for, and what leaving filters out means.
    pub(super) fn filters(&self, inputs: &Inputs, ask: &mut Ask) -> Result<(), Refused> {
        let mut understood = 0;
        for (index, filter) in self.lists.filters.values().enumerate() {
            let sent: Vec<Value> = inputs.all(&filter.slot).into_iter().filter(|value| !value.is_null()).collect();
            let values: Vec<Value> = match &filter.template {
                None => sent.clone(),
                Some(text) => sent.iter().filter_map(|sent| template::unfill(text, "value", sent)).collect(),
            };
            understood += values.len();
            let ignored = filter.unsupported.is_some() && self.habits.unsupported;
            if filter.unsupported.is_some() && self.habits.refuses_unsupported && !values.is_empty() {
                return Err(Refused::Invalid(format!("{} is not supported", filter.slot.name())));
            }
            let either = filter.case == Case::Either && self.habits.ignores_case;
            let ignore_case = filter.case == Case::Ignore || either;
            let mut add = |value: Value, asked: bool| {
                ask.filters.push(Condition { filter: index, value, ignore_case, asked });
            };
            match (values.first(), &filter.absent) {
                (Some(_), _) if ignored => {}
                (Some(first), _) if filter.matching == Match::AnyOf => {
                    add(self.list_value(&filter.slot, first, &values), true)
                }
                (Some(_), _) if filter.slot.appends() => {
                    values.iter().for_each(|value| add(value.clone(), true));
                }
                (Some(first), _) => {
                    if self.lenience(&filter.slot, first) == Some(Choice::Ignore)
                        && self.is_unknown(&filter.slot, first)
                    {
                        continue;
                    }
                    add(first.clone(), true);
                }
                (None, Some(Absent::Only(value))) => add(value.clone(), false),
                (None, Some(Absent::Either { either })) if self.habits.absent_filters => add(either.clone(), false),
                (None, _) => {}
            }
        }
        self.all_understood(inputs, understood)
    }

    /// Conditions in a list that no filter describes cannot be served.
    fn all_understood(&self, inputs: &Inputs, understood: usize) -> Result<(), Refused> {
        let appended = self.lists.filters.values().map(|filter| &filter.slot);
        let mut slots: Vec<&Slot> = appended.filter(|slot| slot.appends()).collect();
        slots.dedup();
        let sent: usize = slots.iter().map(|slot| inputs.all(slot).len()).sum();
        if slots.is_empty() || sent <= understood {
            return Ok(());
        }
        Err(Refused::Invalid("this condition is not known".to_owned()))
    }

    fn is_unknown(&self, slot: &Slot, value: &Value) -> bool {
        if let (Slot::Body(pointer), Some(checker)) = (slot, &self.route.body) {
            let mut body = Value::Object(serde_json::Map::new());
            super::exchange::set_at(&mut body, pointer, value.clone());
            let errors = checker.errors(&body, 8);
            return errors.iter().any(|error| error.breach == Breach::Enum && error.pointer == *pointer);
        }
        let Some((parameter, checker)) = self.declared(slot) else { return false };
        let parts = ["anyOf", "oneOf", "allOf"].into_iter().any(|parts| parameter.schema.get(parts).is_some());
        let listed = parts || !parameter.options().is_empty();
        listed && !fitting(parameter, checker, std::slice::from_ref(value)).1
    }

    /// The parameter of a slot, and what it takes.
    fn declared(&self, slot: &Slot) -> Option<(&Parameter, Option<&Checker>)> {
        let mut declared = self.operation.parameters.iter().zip(&self.route.parameters);
        let (parameter, checker) = declared.find(|(parameter, _)| parameter.is(slot))?;
        Some((parameter, checker.as_ref()))
    }

    fn list_value(&self, slot: &Slot, first: &Value, values: &[Value]) -> Value {
        match (self.declared(slot), first) {
            (Some((parameter, checker)), _) => fitting(parameter, checker, values).0,
            (None, Value::Array(_)) => first.clone(),
            (None, _) => Value::Array(values.to_vec()),
        }
    }

    fn order(&self, inputs: &Inputs) -> Result<Ordering, Refused> {
        let Some(sort) = &self.lists.sort else { return Ok(Ordering::default()) };
        let mut order = Ordering::default();
        if let Some(default) = &sort.default {
            order.field = Some((default.field.clone(), default.order));
            order.descending = default.direction == Some(Direction::Descending);
        }
        if sort.unsupported.is_some() && self.habits.unsupported {
            return Ok(order);
        }
        let refused = || Refused::Invalid("this order is not known".to_owned());
        let asks = sort.by.as_ref().is_some_and(|by| inputs.value(&by.slot).is_some());
        if sort.unsupported.is_some() && self.habits.refuses_unsupported && asks {
            return Err(refused());
        }
        if sort.omitted.is_some() && self.habits.insists && !asks {
            return Err(Refused::Invalid("an order is missing".to_owned()));
        }
        let sent = sort.by.as_ref().and_then(|by| inputs.all(&by.slot).into_iter().find(|value| !value.is_null()));
        let (mut direction, mut spoken) = (None, None);
        if let Some(sent) = &sent {
            // A name alone will do where a template says more.
            let asked = sort.asked(sent).map(|(name, told)| (name.to_owned(), told));
            let (name, told) = asked.unwrap_or_else(|| (text_of(sent), None));
            match sort.fields.get(&name).or_else(|| sort.values.get(&name)) {
                Some(field) => {
                    order.field = Some((field.field.clone(), field.order));
                    order.asked = true;
                    direction = field.direction;
                    spoken = told.and_then(|told| sort.word(told)).cloned();
                }
                None if self.takes_order(sort) => {}
                None => return Err(refused()),
            }
        }
        let worded = self.direction(sort, inputs, spoken, order.asked).map_err(|()| refused())?;
        if let Some(descending) = worded {
            order.descending = descending;
        } else if let Some(direction) = direction {
            order.descending = direction == Direction::Descending;
        }
        Ok(order)
    }

    /// Whether an unknown order has no effect.
    fn takes_order(&self, sort: &Sort) -> bool {
        self.chosen(sort.unknown.as_ref()).is_some() || (self.neglects)(Neglect::Orders)
    }

    /// Whether the direction is descending, where the request or a default says so.
    fn direction(&self, sort: &Sort, inputs: &Inputs, spoken: Option<Value>, asked: bool) -> Result<Option<bool>, ()> {
        let Some(clause) = &sort.direction else { return Ok(None) };
        let sent = spoken.or_else(|| clause.slot.as_ref().and_then(|slot| inputs.value(slot)));
        let Some(sent) = sent else {
            let parameter = clause.slot.as_ref().and_then(|slot| self.operation.parameter(slot));
            let default = parameter.and_then(|parameter| parameter.schema.get("default"));
            return Ok(asked.then(|| default == Some(&clause.descending)));
        };
        match text_of(&sent) {
            word if word == text_of(&clause.ascending) => Ok(Some(false)),
            word if word == text_of(&clause.descending) => Ok(Some(true)),
            _ if self.takes_order(sort) => Ok(None),
            _ => Err(()),
        }
    }
}

impl Ask {
    /// Hash of what a token belongs to: operation, tenant, filters and order.
    fn walk(&self, operation: &Operation) -> u64 {
        let filters: Vec<String> = self.filters.iter().map(|c| format!("{}={}", c.filter, c.value)).collect();
        let text = format!("{} {filters:?} {:?} {}", operation.id, self.order.field, self.order.descending);
        xxhash_rust::xxh3::xxh3_64(format!("{text} {}", self.tenant).as_bytes())
    }
}

impl Blueprint {
    /// Fields that some operation can sort by.
    pub(crate) fn sort_fields(lists: &Lists) -> Vec<&SortField> {
        let sort = lists.sort.as_ref();
        sort.into_iter()
            .flat_map(|sort| sort.fields.values().chain(sort.values.values()).chain(&sort.default))
            .collect()
    }
}

/// A whole number, sent as such or as digits.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        #[expect(clippy::cast_possible_truncation, reason = "whole and checked")]
        other => other.as_i64().or_else(|| other.as_f64().filter(|x| x.fract() == 0.0).map(|x| x as i64)),
    }
}

fn bound(limit: u64) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
