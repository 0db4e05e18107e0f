//! Values worth sending for a filter.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ground::Ground;
use super::values::{as_taken, is_email_slot, is_sendable, is_special, options, value_schema};
use crate::contract::semantics::{Filter, Match};
use crate::contract::{Contract, Operation};
use crate::document::text_of;
use crate::study::{Rank, Study, agreed};

/// Matches of a part of texts that make two pages.
const SHARED: usize = 4;

/// Values worth sending for a filter, the most telling first.
pub(crate) fn trials(study: &Study, ground: &Ground<'_>, name: &str, filter: &Filter) -> Vec<Value> {
    study.choose(ground.purpose(&format!("trials {name}")), || choose_trials(study, ground, name, filter))
}

fn choose_trials(study: &Study, ground: &Ground<'_>, name: &str, filter: &Filter) -> Vec<Value> {
    if !filter.values.is_empty() {
        return filter.values.clone();
    }
    let contract = &study.contract;
    let any_of = filter.matching == Match::AnyOf;
    let mut options = options(contract, ground.operation, filter);
    if options.is_empty() && filter.matching == Match::Equal {
        // A template, or a parameter for any text, says nothing of the values; the field that is compared may.
        options = listed_by_field(study, ground, filter);
    }
    if !options.is_empty() {
        let held = filter.field.as_deref().map(|field| ground.held(field)).unwrap_or_default();
        let count = |option: &Value| held.iter().find(|(value, _)| value == option).map_or(0, |(_, count)| *count);
        options.sort_by_key(|option| std::cmp::Reverse(count(option)));
        options.truncate(6);
        // Two values, so that the first alone is not the whole answer.
        return if any_of { vec![Value::Array(options.into_iter().take(2).collect())] } else { options };
    }
    let Some(field) = filter.field.as_deref() else { return booleans(contract, ground.operation, filter) };
    let mut held = ground.held(field);
    let partial = filter.matching == Match::Contains;
    for (value, _) in &mut held {
        *value = as_taken(contract, ground.operation, filter, std::mem::take(value));
    }
    // A part of a text need not fit what the whole text fits; the whole one must.
    held.retain(|(value, _)| partial || is_sendable(contract, ground.operation, filter, value));
    let plain: Vec<&(Value, usize)> = held.iter().filter(|(value, _)| !is_special(&text_of(value))).collect();
    let pool = if plain.is_empty() { held.iter().collect() } else { plain };
    let drawn = |count: usize| -> Vec<Value> {
        let indices = ground.indices(study, &format!("{name} values"), pool.len(), count);
        indices.into_iter().map(|index| pool[index].0.clone()).collect()
    };
    match filter.matching {
        Match::Equal => match pool.iter().max_by_key(|(_, count)| *count) {
            Some((value @ Value::Bool(first), _)) => {
                let other = Value::Bool(!first);
                vec![value.clone(), other]
            }
            Some((value, count)) if *count > 1 => vec![value.clone()],
            Some(_) => drawn(1),
            None => booleans(contract, ground.operation, filter),
        },
        Match::AnyOf => {
            let values = drawn(5);
            if values.is_empty() { Vec::new() } else { vec![Value::Array(values)] }
        }
        Match::Contains => parts(study, ground, (name, filter), &held),
        Match::AtLeast | Match::AtMost | Match::Above | Match::Below => middle(&held).into_iter().collect(),
    }
}

/// The values that the schema of a filter's field lists, as far as they may be sent.
fn listed_by_field(study: &Study, ground: &Ground<'_>, filter: &Filter) -> Vec<Value> {
    let contract = &study.contract;
    let Some(field) = filter.field.as_deref().filter(|_| filter.rule.is_none()) else { return Vec::new() };
    let place = format!("{}{field}", ground.lists.place(0));
    let Some(pointer) = contract.field_pointer(ground.operation, &place) else { return Vec::new() };
    let listed = contract.resolve(&pointer).1.get("enum").and_then(Value::as_array);
    let values = listed.into_iter().flatten().filter(|value| value.is_string() || value.is_number());
    values.filter(|value| is_sendable(contract, ground.operation, filter, value)).cloned().collect()
}

/// Parts of texts: one that few records hold, and one that enough hold for two pages, unless the first does.
fn parts(study: &Study, ground: &Ground<'_>, (name, filter): (&str, &Filter), held: &[(Value, usize)]) -> Vec<Value> {
    let contract = &study.contract;
    let fits = |word: &str| {
        is_email_slot(contract, ground.operation, filter)
            || is_sendable(contract, ground.operation, filter, &Value::String(word.to_owned()))
    };
    let matches = |word: &str| {
        let query = ground.query().filter(name, Value::String(word.to_owned()));
        ground.matches(&query).unwrap_or(usize::MAX)
    };
    let texts: Vec<String> =
        held.iter().filter_map(|(value, _)| word_in(value.as_str()?)).filter(|word| fits(word)).collect();
    let drawn: Vec<&String> = ground
        .indices(study, &format!("{name} words"), texts.len(), 4)
        .into_iter()
        .map(|index| &texts[index])
        .collect();
    // Of a few drawn ones, the word that the fewest records contain tells most.
    let Some(word) = drawn.iter().min_by_key(|word| matches(word)) else { return Vec::new() };
    let mut parts = vec![Value::String((*word).clone())];
    if matches(word) < SHARED {
        // Fewer letters only where no longer run is shared; at most two thirds, so that many records do not fit.
        let most = ground.walk.rows.len() * 2 / 3;
        let shared = [3, 2].into_iter().find_map(|length| {
            let runs: BTreeSet<&str> = drawn.iter().flat_map(|word| runs_of(word, length)).collect();
            let counted = runs.into_iter().filter(|run| fits(run)).map(|run| (matches(run), run));
            counted.filter(|(count, _)| (SHARED..=most).contains(count)).max_by_key(|(count, _)| *count)
        });
        parts.extend(shared.map(|(_, run)| Value::String(run.to_owned())));
    }
    parts
}

/// Every run of so many characters in a word of ASCII letters and digits.
fn runs_of(word: &str, length: usize) -> impl Iterator<Item = &str> {
    (0..(word.len() + 1).saturating_sub(length)).map(move |start| &word[start..start + length])
}

fn booleans(contract: &Contract, operation: &Operation, filter: &Filter) -> Vec<Value> {
    let schema = value_schema(contract, operation, filter);
    match schema.as_ref().and_then(|schema| schema.get("type")).and_then(Value::as_str) {
        Some("boolean") => vec![Value::Bool(true), Value::Bool(false)],
        _ => Vec::new(),
    }
}

/// A run of ASCII letters or digits in a text, long enough to tell records apart.
fn word_in(text: &str) -> Option<String> {
    let word = text.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|word| word.len())?;
    (word.len() >= 3).then(|| word.chars().take(6).collect())
}

/// The value in the middle of an order; of texts, where every collation orders them alike.
fn middle(held: &[(Value, usize)]) -> Option<Value> {
    let texts: Vec<&str> = held.iter().filter_map(|(value, _)| value.as_str()).collect();
    let unranked = texts.iter().all(|text| Rank::of_text(text).is_none());
    if unranked && let Some(first) = texts.first() {
        let mut texts = texts.iter().all(|text| agreed(text, first).is_some()).then(|| texts.clone())?;
        texts.sort_unstable();
        return texts.get(texts.len() / 2).map(|text| Value::from(*text));
    }
    let mut ranked: Vec<(Rank, &Value)> =
        held.iter().filter_map(|(value, _)| Some((Rank::of(value)?, value))).collect();
    ranked.sort_by(|one, two| one.0.order(two.0));
    ranked.get(ranked.len() / 2).map(|(_, value)| (*value).clone())
}
