//! Every filter alone: with values that records have, and with values that none has.

use std::collections::HashSet;

use serde_json::Value;

use super::ground::{Ground, lawful_size, plan_each};
use super::is_light;
use super::trials::trials;
use super::values::{NO_SUCH_VALUE, is_sendable, is_special, is_unknown, options, text_of};
use crate::case::{Access, Case, Query};
use crate::contract::semantics::{self, Filter, Match};
use crate::study::Study;

/// Every filter alone, with each of its values.
pub(crate) fn plan_single(study: &Study) -> Vec<Case> {
    plan_each(study, "single filters", |ground| {
        let mut cases = Vec::new();
        for (name, filter) in &ground.lists.filters {
            let light = is_light(study, filter);
            for (index, value) in trials(study, &ground, name, filter).into_iter().enumerate() {
                if light && index > 0 {
                    break;
                }
                // The first value over several pages, the second at the largest size.
                let pages = match (light, index) {
                    (true, _) | (false, 1) => 1,
                    (false, 0) => 3,
                    (false, _) => 2,
                };
                cases.push(ground.walk_of(ground.query().filter(name, value), pages));
            }
        }
        cases.extend(for_second(study, &cases));
        cases
    })
}

/// The first walk once more, over a page and with the second tenant's access: nothing but fit can be judged there.
pub(crate) fn for_second(study: &Study, cases: &[Case]) -> Option<Case> {
    match cases.first() {
        Some(Case::Walk(walk)) if study.means.has_second => {
            let query = Query { access: Access::Second, ..walk.query.clone() };
            Some(Case::pages(query, 1))
        }
        _ => None,
    }
}

/// Text filters whose values come from records: name, filter, a value of a record; one filter per field.
fn text_filters<'a>(study: &Study, ground: &Ground<'a>) -> Vec<(&'a str, &'a Filter, String)> {
    let mut fields = HashSet::new();
    let mut found = Vec::new();
    for (name, filter) in &ground.lists.filters {
        let (Some(field), false) = (filter.field.as_deref(), is_light(study, filter)) else { continue };
        let exact = matches!(filter.matching, Match::Equal | Match::AnyOf);
        let listed = !filter.values.is_empty() || !options(&study.contract, ground.operation, filter).is_empty();
        if !exact || listed || !fields.insert(field) {
            continue;
        }
        let texts: Vec<String> = ground
            .held(field)
            .into_iter()
            .filter(|(value, _)| is_sendable(&study.contract, ground.operation, filter, value))
            .filter_map(|(value, _)| value.as_str().map(str::to_owned))
            .filter(|text| text.is_ascii() && text.len() >= 4)
            .collect();
        if let Some(index) = ground.indices(study, &format!("{name} text"), texts.len(), 1).first() {
            found.push((name.as_str(), filter, texts[*index].clone()));
        }
    }
    found
}

/// For exact text filters: a proper part of a real value, which no record has.
pub(crate) fn plan_substrings(study: &Study) -> Vec<Case> {
    plan_each(study, "substrings", |ground| {
        let parts = text_filters(study, &ground).into_iter().filter_map(|(name, filter, text)| {
            let (head, tail) = (&text[..text.len() - 1], &text[1..]);
            let part = [head, tail].into_iter().find(|part| {
                let value = Value::String((*part).to_owned());
                let query = ground.query().filter(name, wrap(filter, value.clone()));
                part.trim() == *part
                    && is_sendable(&study.contract, ground.operation, filter, &value)
                    && ground.matches(&query) == Some(0)
            })?;
            Some(probe(&ground, name, wrap(filter, Value::String(part.to_owned()))))
        });
        parts.collect()
    })
}

/// For text filters of which the contract says whether case counts: a real value in the other case.
pub(crate) fn plan_cases(study: &Study) -> Vec<Case> {
    plan_each(study, "letter case", |ground| {
        let swapped = text_filters(study, &ground).into_iter().filter_map(|(name, filter, text)| {
            if filter.case == semantics::Case::Either {
                return None;
            }
            let other = swap_case(&text)?;
            Some(probe(&ground, name, wrap(filter, Value::String(other))))
        });
        let mut cases: Vec<Case> = swapped.collect();
        for (name, filter) in &ground.lists.filters {
            if filter.matching == Match::Contains && filter.case == semantics::Case::Ignore {
                let other = trials(study, &ground, name, filter).first().and_then(|value| swap_case(value.as_str()?));
                cases.extend(other.map(|other| probe(&ground, name, Value::String(other))));
            }
        }
        cases
    })
}

fn swap_case(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    if upper != text {
        return Some(upper);
    }
    let lower = text.to_ascii_lowercase();
    (lower != text).then_some(lower)
}

/// For text filters: real values with characters that encodings spoil, and with capitals.
pub(crate) fn plan_special(study: &Study) -> Vec<Case> {
    plan_each(study, "special characters", |ground| {
        let mut cases = Vec::new();
        let mut fields = HashSet::new();
        for (name, filter) in &ground.lists.filters {
            let (Some(field), Match::Equal, false) =
                (filter.field.as_deref(), filter.matching, is_light(study, filter))
            else {
                continue;
            };
            if !options(&study.contract, ground.operation, filter).is_empty() || !fields.insert(field) {
                continue;
            }
            let mut seen = HashSet::new();
            let texts = ground.held(field).into_iter().filter(|(value, _)| {
                let text = text_of(value);
                let telling = |c: &char| c.is_ascii_uppercase() || is_special(&c.to_string());
                let classes: Vec<char> = text.chars().filter(telling).map(class_of).collect();
                let new = classes.iter().any(|class| !seen.contains(class));
                let usable = new
                    && value.is_string()
                    && is_sendable(&study.contract, ground.operation, filter, value)
                    && ground.must_match(&ground.query().filter(name, value.clone()));
                if usable {
                    seen.extend(classes);
                }
                usable
            });
            cases.extend(texts.take(4).map(|(value, _)| probe(&ground, name, value)));
        }
        cases
    })
}

fn class_of(c: char) -> char {
    match c {
        'A'..='Z' => 'A',
        c if c.is_ascii() => c,
        _ => 'ä',
    }
}

/// For filters with an enumeration or a format: a value outside of it.
pub(crate) fn plan_unknown(study: &Study) -> Vec<Case> {
    plan_each(study, "unknown values", |ground| {
        let mut cases = Vec::new();
        for (name, filter) in &ground.lists.filters {
            let value = Value::String(NO_SUCH_VALUE.to_owned());
            if is_unknown(&study.contract, ground.operation, filter, &value) {
                cases.push(probe(&ground, name, wrap(filter, value)));
            }
        }
        cases
    })
}

/// The value as the slot takes it: a list of one for filters that take lists.
fn wrap(filter: &Filter, value: Value) -> Value {
    if filter.matching == Match::AnyOf { Value::Array(vec![value]) } else { value }
}

/// One page of a filter, large enough to show what it lets through.
fn probe(ground: &Ground<'_>, name: &str, value: Value) -> Case {
    let mut query = ground.query().filter(name, value);
    query.size = Some(lawful_size(ground.lists, 20));
    Case::pages(query, 2)
}
