//! Every filter alone: with values that records have, and with values that none has.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::ground::{Ground, lawful_size, plan_each};
use super::is_light;
use super::trials::trials;
use super::values::{NO_SUCH_VALUE, is_sendable, is_special, is_unknown, options};
use crate::case::{Access, Case, Query};
use crate::contract::semantics::{self, Filter, Match};
use crate::study::Study;

/// Values of a text filter of which one is chosen to be cut.
const DRAWN_TEXTS: usize = 8;

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
                // The first value over several pages, the second at the largest size; of parts of texts the second is the
                // one that has two pages.
                let pages = match (light, index) {
                    (false, 1) if filter.matching == Match::Contains => 2,
                    (true, _) | (false, 1) => 1,
                    (false, 0) => 3,
                    (false, _) => 2,
                };
                cases.push(ground.walk_of(ground.query().filter(name, value), pages));
            }
        }
        let second = for_second(study, &cases);
        cases.extend(filled(study, &ground));
        cases.extend(second);
        cases
    })
}

/// One filter once more, at a page size that its matches fill exactly: a second size of the same question, and a last page
/// without room.
fn filled(study: &Study, ground: &Ground<'_>) -> Option<Case> {
    ground.lists.page.size.as_ref()?;
    let candidates: Vec<(Query, u64)> = ground
        .lists
        .filters
        .iter()
        .filter(|(_, filter)| !is_light(study, filter) && !filter.partial)
        .filter_map(|(name, filter)| {
            let value = trials(study, ground, name, filter).into_iter().next()?;
            let query = ground.query().filter(name, value);
            let matches = ground.matches(&query)? as u64;
            (matches > 3 && lawful_size(ground.lists, matches) == matches).then_some((query, matches))
        })
        .collect();
    let drawn = ground.indices(study, "filled page", candidates.len(), 1);
    let (mut query, matches) = candidates.into_iter().nth(*drawn.first()?)?;
    query.size = Some(matches);
    Some(Case::pages(query, 2))
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

/// Text filters whose values come from records: name, filter, drawn values of records; one filter per field.
fn text_filters<'a>(study: &Study, ground: &Ground<'a>) -> Vec<(&'a str, &'a Filter, Vec<String>)> {
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
        let drawn = ground.indices(study, &format!("{name} text"), texts.len(), DRAWN_TEXTS);
        if !drawn.is_empty() {
            found.push((name.as_str(), filter, drawn.into_iter().map(|index| texts[index].clone()).collect()));
        }
    }
    found
}

/// For exact text filters: a proper part of a real value, which no record has.
pub(crate) fn plan_substrings(study: &Study) -> Vec<Case> {
    plan_each(study, "substrings", |ground| {
        let parts = text_filters(study, &ground).into_iter().filter_map(|(name, filter, texts)| {
            let lawful = |part: &&str| {
                let value = Value::String((*part).to_owned());
                let query = ground.query().filter(name, wrap(filter, value.clone()));
                part.trim() == *part
                    && is_sendable(&study.contract, ground.operation, filter, &value)
                    && ground.matches(&query) == Some(0)
            };
            // What a value starts with tells more than what it ends with: it is what an index finds.
            let heads = || texts.iter().flat_map(|text| (1..=3).map(|cut| &text[..text.len() - cut]));
            let tails = || texts.iter().map(|text| &text[1..]);
            let part = heads().find(lawful).map(str::to_owned);
            let shared = || shared_start(study, &ground, name, filter);
            let part = part.or_else(shared).or_else(|| tails().find(lawful).map(str::to_owned))?;
            Some(probe(&ground, name, wrap(filter, Value::String(part))))
        });
        parts.collect()
    })
}

/// For exact text filters of one value: a real value with a sign in it that patterns read as any character. No record has it.
pub(crate) fn plan_wildcards(study: &Study) -> Vec<Case> {
    plan_each(study, "wildcards", |ground| {
        let single = |(_, filter, _): &(&str, &Filter, Vec<String>)| filter.matching == Match::Equal;
        let probes = text_filters(study, &ground).into_iter().filter(single).filter_map(|(name, filter, texts)| {
            let lawful = |text: &String| {
                let value = Value::from(text.as_str());
                let query = ground.query().filter(name, wrap(filter, value.clone()));
                is_sendable(&study.contract, ground.operation, filter, &value) && ground.matches(&query) == Some(0)
            };
            let text = texts.iter().filter_map(|text| with_wildcard(text)).find(lawful)?;
            Some(probe(&ground, name, wrap(filter, Value::String(text))))
        });
        probes.collect()
    })
}

/// A text with its second character replaced by the one that stands for any in SQL's patterns.
fn with_wildcard(text: &str) -> Option<String> {
    let (second, c) = text.char_indices().nth(1).filter(|(_, c)| c.is_ascii_alphanumeric())?;
    Some(format!("{}_{}", &text[..second], &text[second + c.len_utf8()..]))
}

/// A value of a record that the value of another one starts with.
fn shared_start(study: &Study, ground: &Ground<'_>, name: &str, filter: &Filter) -> Option<String> {
    let held = ground.held(filter.field.as_deref()?);
    let texts: BTreeSet<&str> = held.iter().filter_map(|(value, _)| value.as_str()).collect();
    // In their order a value stands right before those that start with it.
    let starts = texts.iter().zip(texts.iter().skip(1)).filter(|(one, next)| next.starts_with(**one));
    let sendable = |text: &&str| {
        let value = Value::String((*text).to_owned());
        is_sendable(&study.contract, ground.operation, filter, &value)
            && ground.must_match(&ground.query().filter(name, wrap(filter, value)))
    };
    starts.map(|(one, _)| *one).find(sendable).map(str::to_owned)
}

/// For text filters of which the contract says whether case counts: a real value in the other case.
pub(crate) fn plan_cases(study: &Study) -> Vec<Case> {
    plan_each(study, "letter case", |ground| {
        let swapped = text_filters(study, &ground).into_iter().filter_map(|(name, filter, texts)| {
            if filter.case == semantics::Case::Either {
                return None;
            }
            let other = swap_case(texts.first()?)?;
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

/// For text filters: real values with characters that encodings spoil, and with capitals; together in one request where a
/// filter takes lists.
pub(crate) fn plan_special(study: &Study) -> Vec<Case> {
    plan_each(study, "special characters", |ground| {
        let mut cases = Vec::new();
        let mut fields = HashSet::new();
        for (name, filter) in &ground.lists.filters {
            let (Some(field), false) = (filter.field.as_deref(), is_light(study, filter)) else { continue };
            let listed = !options(&study.contract, ground.operation, filter).is_empty();
            let many = match filter.matching {
                Match::Equal => false,
                Match::AnyOf => true,
                _ => continue,
            };
            if listed || !fields.insert((field, many)) {
                continue;
            }
            // A list that is joined by commas cannot hold a value with one.
            let parameter = ground.operation.parameter(&filter.slot);
            let joined = many && parameter.is_some_and(|parameter| !parameter.explode);
            let usable = |text: &String| {
                let value = Value::from(text.as_str());
                !(joined && text.contains(','))
                    && is_sendable(&study.contract, ground.operation, filter, &value)
                    && ground.must_match(&ground.query().filter(name, wrap(filter, value)))
            };
            let texts = ground.held(field).into_iter().filter_map(|(value, _)| Some(value.as_str()?.to_owned()));
            let chosen = most_telling(texts.collect(), 4, usable).into_iter().map(Value::String);
            if many {
                let chosen: Vec<Value> = chosen.collect();
                cases.extend((!chosen.is_empty()).then(|| probe(&ground, name, Value::Array(chosen))));
            } else {
                cases.extend(chosen.map(|value| probe(&ground, name, value)));
            }
        }
        cases
    })
}

/// Texts tried as values of one filter: where none of so many is found by itself, no other is.
const MOST_TRIED: usize = 50;

/// A few usable texts that hold as many kinds of characters that need care as possible, each kind once. Texts that hold
/// capitals and other such characters at once come last: they would not tell which of them a server fails on.
fn most_telling(texts: Vec<String>, most: usize, usable: impl Fn(&String) -> bool) -> Vec<String> {
    let mut texts: Vec<(String, HashSet<char>)> =
        texts.into_iter().map(|text| (text.clone(), classes_of(&text))).collect();
    let mut seen: HashSet<char> = HashSet::new();
    let mut chosen = Vec::new();
    for _ in 0..MOST_TRIED {
        let worth = |classes: &HashSet<char>| {
            let new = classes.difference(&seen).count();
            (new > 0, !classes.contains(&'A') || classes.len() == 1, new)
        };
        let each = texts.iter().enumerate().map(|(at, (_, classes))| (worth(classes), at));
        let best = each.max_by_key(|(worth, at)| (*worth, std::cmp::Reverse(*at)));
        let Some(((true, ..), at)) = best else { break };
        let (text, classes) = texts.remove(at);
        if usable(&text) {
            seen.extend(classes);
            chosen.push(text);
        }
        if chosen.len() == most {
            break;
        }
    }
    // Capitals come last, and where nothing else holds them they come all the same.
    if !seen.contains(&'A') {
        let capital = |(_, classes): &&(String, HashSet<char>)| classes.contains(&'A');
        let mut capitals: Vec<_> = texts.iter().filter(capital).take(MOST_TRIED).collect();
        capitals.sort_by_key(|(_, classes)| classes.len());
        chosen.extend(capitals.into_iter().map(|(text, _)| text).find(|text| usable(text)).cloned());
    }
    chosen
}

/// Kinds of characters in a text that need care; blanks around it are one of their own.
fn classes_of(text: &str) -> HashSet<char> {
    let telling = |c: &char| c.is_ascii_uppercase() || is_special(&c.to_string());
    let around = (text.trim() != text).then_some('\t');
    text.chars().filter(telling).map(class_of).chain(around).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_texts_show_every_kind_of_character() {
        let texts = ["plain", "a+b", "A+b", "c,d", "e \"f\"&g", " h", "ö"].map(str::to_owned).to_vec();
        let any = |_: &String| true;
        // Where capitals stand beside other signs only, they come all the same, as one more.
        let chosen = most_telling(texts.clone(), 4, any);
        assert_eq!(chosen, ["e \"f\"&g", "a+b", "c,d", " h", "A+b"]);
        assert_eq!(most_telling(vec!["A+b".to_owned(), "a+b".to_owned(), "Ab".to_owned()], 4, any), ["a+b", "Ab"]);
        assert_eq!(most_telling(texts[..2].to_vec(), 4, any), ["a+b"]);
        let without_plus = most_telling(texts, 4, |text| !text.contains('+'));
        assert_eq!(without_plus, ["e \"f\"&g", "c,d", " h", "ö"]);
    }
}
