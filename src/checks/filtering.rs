//! What the checks on filters share: which values to send, how large the walks are, and how an answer to a filter reads.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::draw::draw;
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case, Query};
use crate::contract::semantics::{self, Filter, Handling, Lists, Match, Order, Slot};
use crate::contract::{Contract, Operation};
use crate::document::escape;
use crate::exchange::Sent;
use crate::finding::Level;
use crate::study::{End, Fit, Model, Reference, Row, Seen, Study, Trait, WalkSeen};

/// Most pages of one filtered or sorted walk.
pub(super) const MOST_PAGES: u32 = 6;
/// A value that no enumeration has.
const NO_SUCH_VALUE: &str = "no-such-value";

/// A list whose records are known, so that questions about it can be planned.
///
/// It rests on one walk and not on all plain ones: the plan must not change with every further walk.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) operation: &'a Operation,
    pub(super) lists: &'a Lists,
    pub(super) model: &'a Model,
    pub(super) walk: &'a WalkSeen,
}

impl<'a> Ground<'a> {
    /// The ground of a list; `None` before its records are known.
    pub(super) fn of(study: &'a Study, operation: &'a Operation) -> Option<Self> {
        let lists = operation.clause.lists.as_ref()?;
        let model = study.model(&operation.id)?;
        let walks = [study.reference_walk(operation, lists), study.default_walk(operation)];
        walks.into_iter().find_map(|walk| match study.get(&Case::Walk(walk)) {
            Some(Seen::Walk(walk)) if !walk.pages.is_empty() => Some(Self { operation, lists, model, walk }),
            _ => None,
        })
    }

    /// Distinct values of a field, each with how often it was seen, in the order seen. Empty texts and texts with control
    /// characters are left out: they are no values that a client would filter by.
    pub(super) fn held(&self, field: &str) -> Vec<(Value, usize)> {
        let mut held: IndexMap<String, (Value, usize)> = IndexMap::new();
        let mut add = |value: Value| {
            let usable = match &value {
                Value::String(text) => !text.trim().is_empty() && !text.chars().any(char::is_control),
                Value::Number(_) | Value::Bool(_) => true,
                _ => false,
            };
            if usable {
                held.entry(value.to_string()).or_insert((value, 0)).1 += 1;
            }
        };
        let Some(index) = self.model.field(field) else { return Vec::new() };
        let hashed = self.walk.rows.iter().any(|row| matches!(row.traits.get(index), Some(Trait::Hashed(..))));
        if hashed {
            for (_, record) in &self.walk.samples {
                add(record.pointer(field).cloned().unwrap_or_default());
            }
        } else {
            for row in &self.walk.rows {
                match row.traits.get(index) {
                    Some(Trait::Text(text)) => add(Value::String(text.to_string())),
                    Some(Trait::Bool(flag)) => add(Value::Bool(*flag)),
                    Some(Trait::Number(number)) => add(number_value(*number)),
                    _ => {}
                }
            }
        }
        held.into_values().collect()
    }

    /// How many known records a query must or may give; `None` when that cannot be told.
    pub(super) fn matches(&self, study: &Study, query: &Query) -> Option<usize> {
        let mut count = 0;
        for row in &self.walk.rows {
            match study.fit(self.lists, self.model, query, row) {
                Fit::Must | Fit::May => count += 1,
                Fit::Not => {}
                Fit::Unknown => return None,
            }
        }
        Some(count)
    }

    /// Whether some known record must be in the answer to a query.
    fn must_match(&self, study: &Study, query: &Query) -> bool {
        self.walk.rows.iter().any(|row| study.fit(self.lists, self.model, query, row) == Fit::Must)
    }

    /// A walk over a query in about `pages` pages, by the number of records that it should give.
    pub(super) fn walk_of(&self, study: &Study, mut query: Query, pages: usize) -> Case {
        let largest = most_size(self.lists);
        let (size, most) = match self.matches(study, &query) {
            // One page of the largest size; a second one when that is known to hold the rest.
            Some(matches) if pages <= 1 => (largest, if matches as u64 >= largest { 2 } else { 1 }),
            None if pages <= 1 => (largest, 1),
            None => (largest, 3),
            Some(0..=3) => (10, 2),
            // One more than the matches, so that the last page is not full and costs no further request.
            Some(matches) => (((matches + 1).div_ceil(pages)) as u64, MOST_PAGES),
        };
        query.size = Some(lawful_size(self.lists, size));
        Case::pages(query, most)
    }

    /// Names what something is chosen for. The choice rests on one walk, which stays where it is while the study lives.
    fn purpose(&self, what: &str) -> String {
        format!("{} {what} {:p}", self.operation.id, self.walk)
    }

    /// A plain query of the list.
    pub(super) fn query(&self) -> Query {
        Query::new(&self.operation.id, None)
    }

    /// Draws up to `count` distinct indices below `below`, in drawn order.
    pub(super) fn indices(&self, study: &Study, salt: &str, below: usize, count: usize) -> Vec<usize> {
        if below == 0 {
            return Vec::new();
        }
        let mut indices = Vec::new();
        for index in draw(study, &format!("{} {salt}", self.operation.id), &(0..below), count * 3) {
            if indices.len() < count && !indices.contains(&index) {
                indices.push(index);
            }
        }
        indices
    }
}

/// The walk that must be seen before anything else of a list can be planned; nothing once it was asked.
pub(super) fn foundation(study: &Study, operation: &Operation, lists: &Lists) -> Vec<Case> {
    let walk = Case::Walk(study.reference_walk(operation, lists));
    if study.has(&walk) { Vec::new() } else { vec![walk] }
}

/// Plans for every list: its foundation first, then what `plan` asks of it.
pub(super) fn plan_each(study: &Study, plan: impl Fn(Ground<'_>) -> Vec<Case>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (operation, lists) in study.lists() {
        match Ground::of(study, operation) {
            Some(ground) => cases.extend(plan(ground)),
            None => cases.extend(foundation(study, operation, lists)),
        }
    }
    cases
}

/// The nearest lawful page size.
pub(super) fn lawful_size(lists: &Lists, size: u64) -> u64 {
    let least = lists.page.size.as_ref().and_then(|size| size.min).unwrap_or(1).max(1);
    size.clamp(least, most_size(lists).max(least))
}

/// The largest page size that is worth asking for.
pub(super) fn most_size(lists: &Lists) -> u64 {
    lists.page.size.as_ref().and_then(|size| size.max).unwrap_or(100).min(1000)
}

pub(super) fn number_value(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be a small whole number")]
    if number.fract() == 0.0 && number.abs() < 9e15 { Value::from(number as i64) } else { Value::from(number) }
}

/// A value as plain text.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The schema of a slot, references resolved; `None` when the document says nothing of it.
pub(super) fn slot_schema(contract: &Contract, operation: &Operation, slot: &Slot) -> Option<Value> {
    let Slot::Body(pointer) = slot else { return Some(operation.parameter(slot)?.schema.clone()) };
    let mut at = operation.body.as_ref()?.schema.clone();
    for segment in pointer.split('/').skip(1) {
        let (here, node) = contract.resolve(&at);
        at = if segment == "-" {
            format!("{here}/items")
        } else {
            let member = format!("/properties/{segment}");
            let parts = node.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            std::iter::once(format!("{here}{member}"))
                .chain(
                    (0..parts).map(|part| format!("{}{member}", contract.resolve(&format!("{here}/allOf/{part}")).0)),
                )
                .find(|candidate| contract.document.at(candidate).is_some())?
        };
    }
    Some(contract.resolve(&at).1.clone())
}

/// The schema of one value: that of the items where the slot takes an array.
fn value_schema(contract: &Contract, operation: &Operation, filter: &Filter) -> Option<Value> {
    // A template sends more than the value, so the slot's schema describes something else.
    if filter.template.is_some() {
        return None;
    }
    let schema = slot_schema(contract, operation, &filter.slot)?;
    match schema.get("items") {
        Some(items) => match items.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#')) {
            Some(reference) => Some(contract.resolve(reference).1.clone()),
            None => Some(items.clone()),
        },
        None => Some(schema),
    }
}

/// Values of a filter's enumeration.
pub(super) fn options(contract: &Contract, operation: &Operation, filter: &Filter) -> Vec<Value> {
    let schema = value_schema(contract, operation, filter);
    schema.and_then(|schema| schema.get("enum")?.as_array().cloned()).unwrap_or_default()
}

fn is_email_slot(contract: &Contract, operation: &Operation, filter: &Filter) -> bool {
    let schema = value_schema(contract, operation, filter);
    schema.is_some_and(|schema| schema.get("format").and_then(Value::as_str) == Some("email"))
}

/// Whether a text is an address that no server could call malformed.
fn is_plain_email(text: &str) -> bool {
    let lawful = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    let Some((local, domain)) = text.split_once('@') else { return false };
    !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !text.contains("..")
        && text.chars().all(lawful)
        && !domain.contains('@')
        && domain.rsplit_once('.').is_some_and(|(name, top)| {
            !name.is_empty() && !name.starts_with(['-', '.']) && top.len() >= 2 && top.chars().all(char::is_alphabetic)
        })
}

/// Whether a value may lawfully be refused or is answered by nothing: outside the enumeration, or of another format.
pub(super) fn is_unknown(contract: &Contract, operation: &Operation, filter: &Filter, value: &Value) -> bool {
    let single = std::slice::from_ref(value);
    let parts = value.as_array().map_or(single, Vec::as_slice);
    let options = options(contract, operation, filter);
    let outside = |part: &Value| !options.iter().any(|option| text_of(option) == text_of(part));
    (!options.is_empty() && parts.iter().any(outside))
        || (is_email_slot(contract, operation, filter) && parts.iter().any(|part| !text_of(part).contains('@')))
}

/// Whether a value of a record may be sent: texts of a format must have it beyond doubt.
fn is_sendable(contract: &Contract, operation: &Operation, filter: &Filter, value: &Value) -> bool {
    !is_email_slot(contract, operation, filter) || value.as_str().is_some_and(is_plain_email)
}

/// Whether a filter carries little weight: one page of it is enough.
pub(super) fn is_light(study: &Study, filter: &Filter) -> bool {
    study.level(&filter.about, Level::Deny) <= Level::Note
        || filter.unsupported.as_ref().is_some_and(|grade| study.level(&grade.0, Level::Deny) <= Level::Note)
}

/// Whether a text holds characters that request encodings are known to spoil.
pub(super) fn is_special(text: &str) -> bool {
    text.chars().any(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | ':' | '~')))
}

/// Values worth sending for a filter, the most telling first.
pub(super) fn trials(study: &Study, ground: &Ground<'_>, name: &str, filter: &Filter) -> Vec<Value> {
    study.choose(ground.purpose(&format!("trials {name}")), || choose_trials(study, ground, name, filter))
}

fn choose_trials(study: &Study, ground: &Ground<'_>, name: &str, filter: &Filter) -> Vec<Value> {
    if !filter.values.is_empty() {
        return filter.values.clone();
    }
    let contract = &study.contract;
    let any_of = filter.matching == Match::AnyOf;
    let mut options = options(contract, ground.operation, filter);
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
    if is_email_slot(contract, ground.operation, filter) {
        held.retain(|(value, _)| value.as_str().is_some_and(is_plain_email));
    }
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
        Match::Contains => {
            let texts: Vec<String> = held.iter().filter_map(|(value, _)| word_in(value.as_str()?)).collect();
            let drawn = ground.indices(study, &format!("{name} words"), texts.len(), 4);
            // Of a few drawn ones, the word that the fewest records contain tells most.
            let matches = |word: &String| {
                let query = ground.query().filter(name, Value::String(word.clone()));
                ground.matches(study, &query).unwrap_or(usize::MAX)
            };
            let word = drawn.into_iter().map(|index| texts[index].clone()).min_by_key(matches);
            word.into_iter().map(Value::String).collect()
        }
        Match::AtLeast | Match::AtMost | Match::Above | Match::Below => middle(&held).into_iter().collect(),
    }
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

/// The value in the middle of an order.
fn middle(held: &[(Value, usize)]) -> Option<Value> {
    let mut ranked: Vec<(f64, &Value)> = held
        .iter()
        .filter_map(|(value, _)| {
            let rank = match value {
                Value::Number(number) => number.as_f64(),
                Value::String(text) => crate::contract::instant(text),
                _ => None,
            };
            Some((rank?, value))
        })
        .collect();
    ranked.sort_by(|one, two| one.0.total_cmp(&two.0));
    ranked.get(ranked.len() / 2).map(|(_, value)| (*value).clone())
}

/// The value as the slot takes it: a list of one for filters that take lists.
fn wrap(filter: &Filter, value: Value) -> Value {
    if filter.matching == Match::AnyOf { Value::Array(vec![value]) } else { value }
}

/// Every filter alone, with each of its values.
pub(super) fn plan_single(study: &Study) -> Vec<Case> {
    plan_each(study, |ground| {
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
                cases.push(ground.walk_of(study, ground.query().filter(name, value), pages));
            }
        }
        cases.extend(for_second(study, &cases));
        cases
    })
}

/// The first walk once more, over a page and with the second tenant's access: nothing but fit can be judged there.
pub(super) fn for_second(study: &Study, cases: &[Case]) -> Option<Case> {
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
pub(super) fn plan_substrings(study: &Study) -> Vec<Case> {
    plan_each(study, |ground| {
        let parts = text_filters(study, &ground).into_iter().filter_map(|(name, filter, text)| {
            let (head, tail) = (&text[..text.len() - 1], &text[1..]);
            let part = [head, tail].into_iter().find(|part| {
                let value = Value::String((*part).to_owned());
                let query = ground.query().filter(name, wrap(filter, value.clone()));
                part.trim() == *part
                    && is_sendable(&study.contract, ground.operation, filter, &value)
                    && ground.matches(study, &query) == Some(0)
            })?;
            Some(probe(&ground, name, wrap(filter, Value::String(part.to_owned()))))
        });
        parts.collect()
    })
}

/// For text filters of which the contract says whether case counts: a real value in the other case.
pub(super) fn plan_cases(study: &Study) -> Vec<Case> {
    plan_each(study, |ground| {
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
pub(super) fn plan_special(study: &Study) -> Vec<Case> {
    plan_each(study, |ground| {
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
                    && ground.must_match(study, &ground.query().filter(name, value.clone()));
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
pub(super) fn plan_unknown(study: &Study) -> Vec<Case> {
    plan_each(study, |ground| {
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

/// One page of a filter, large enough to show what it lets through.
fn probe(ground: &Ground<'_>, name: &str, value: Value) -> Case {
    let mut query = ground.query().filter(name, value);
    query.size = Some(lawful_size(ground.lists, 20));
    Case::pages(query, 2)
}

/// Filters sent together: pairs and one triple, each with the values that one drawn record has, so that at least this
/// record matches (a filter that takes a list gets another record's value as well); only combinations in which every filter excludes something that the others let through.
pub(super) fn plan_combined(study: &Study) -> Vec<Case> {
    plan_each(study, |ground| study.choose(ground.purpose("combinations"), || combinations(study, &ground)))
}

fn combinations(study: &Study, ground: &Ground<'_>) -> Vec<Case> {
    let usable: Vec<(&str, &Filter)> = ground
        .lists
        .filters
        .iter()
        .filter(|(_, filter)| {
            let exact = matches!(filter.matching, Match::Equal | Match::AnyOf);
            !is_light(study, filter) && exact && filter.field.is_some()
        })
        .map(|(name, filter)| (name.as_str(), filter))
        .collect();
    let mut cases: Vec<Case> = Vec::new();
    let mut taken: HashSet<Vec<&str>> = HashSet::new();
    for index in ground.indices(study, "combinations", ground.walk.samples.len(), 16) {
        let record = &ground.walk.samples[index].1;
        for width in [2, 3] {
            let full = taken.iter().filter(|names| names.len() == width).count() >= if width == 2 { 2 } else { 1 };
            if full {
                continue;
            }
            for names in subsets(usable.len(), width) {
                let chosen: Vec<(&str, &Filter)> = names.iter().map(|index| usable[*index]).collect();
                let label: Vec<&str> = chosen.iter().map(|(name, _)| *name).collect();
                if taken.contains(&label) {
                    continue;
                }
                if let Some(query) = telling_combination(study, ground, &chosen, record) {
                    taken.insert(label);
                    cases.push(ground.walk_of(study, query, 2));
                    break;
                }
            }
        }
    }
    cases
}

/// Index sets of a size, in order.
fn subsets(of: usize, size: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    for first in 0..of {
        for second in first + 1..of {
            if size == 2 {
                found.push(vec![first, second]);
            } else {
                found.extend((second + 1..of).map(|third| vec![first, second, third]));
            }
        }
    }
    found
}

fn telling_combination(
    study: &Study,
    ground: &Ground<'_>,
    filters: &[(&str, &Filter)],
    record: &Value,
) -> Option<Query> {
    let mut query = ground.query();
    let mut fields = HashSet::new();
    for (place, (name, filter)) in filters.iter().enumerate() {
        let field = filter.field.as_deref()?;
        let value = record.pointer(field).filter(|value| !value.is_null() && text_of(value).trim() != "")?;
        let scalar = value.is_string() || value.is_number() || value.is_boolean();
        let unknown = is_unknown(&study.contract, ground.operation, filter, value);
        let sendable = is_sendable(&study.contract, ground.operation, filter, value);
        if !fields.insert(field) || !scalar || unknown || !sendable || is_special(&text_of(value)) {
            return None;
        }
        let sent = match filter.matching {
            Match::AnyOf => Value::Array(with_another(study, ground, field, value, place)),
            _ => value.clone(),
        };
        if is_unknown(&study.contract, ground.operation, filter, &sent) {
            return None;
        }
        query = query.filter(name, sent);
    }
    let together = ground.matches(study, &query)?;
    let needed = (0..query.filters.len()).all(|left_out| {
        let mut fewer = query.clone();
        fewer.filters.remove(left_out);
        ground.matches(study, &fewer).is_some_and(|matches| matches > together)
    });
    (together > 0 && needed).then_some(query)
}

/// A value beside another one that some record has; which one depends on the place, so that two lists share one record.
fn with_another(study: &Study, ground: &Ground<'_>, field: &str, value: &Value, place: usize) -> Vec<Value> {
    let held = study.choose(ground.purpose(&format!("held {field}")), || ground.held(field));
    let others: Vec<&Value> =
        held.iter().map(|(other, _)| other).filter(|other| *other != value && !is_special(&text_of(other))).collect();
    let other = others.get((place * 7 + 1) % others.len().max(1)).copied();
    std::iter::once(value).chain(other).cloned().collect()
}

/// How an answer to one filter reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// No page came, for a reason that other checks speak about.
    Unjudged,
    /// Every record fits.
    Fits,
    /// Refused with this status, at this page.
    Refused(u16, usize),
    /// The same records as without the filter.
    NoEffect,
    /// Records that differ from the value in case only.
    WrongCase,
    /// Records that merely contain the value.
    Substring,
    /// Other records.
    Foreign,
}

/// A walk with exactly one filter and nothing else.
pub(super) struct Look<'a> {
    pub(super) case: &'a Case,
    pub(super) walk: &'a WalkSeen,
    pub(super) lists: &'a Lists,
    pub(super) model: &'a Model,
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
    pub(super) filter: &'a Filter,
    pub(super) reading: Reading,
    /// Whether the value is outside the enumeration or format.
    pub(super) unknown: bool,
    /// Known records that had to come and did not.
    pub(super) missing: Vec<Box<str>>,
    /// Known records that had to come.
    pub(super) wanted: usize,
}

impl Look<'_> {
    /// Whether the walk is the second tenant's, of whose records nothing is known.
    pub(super) fn is_second(&self) -> bool {
        self.walk.walk.query.access == Access::Second
    }

    /// Whether a value that needs care in encoding was sent.
    pub(super) fn is_special(&self) -> bool {
        self.value.as_str().is_some_and(is_special)
    }

    /// Whether the value is a record's in another case.
    pub(super) fn is_other_case(&self, reference: &Reference) -> bool {
        let Some(text) = single_text(self.value) else { return false };
        let Some(index) = self.filter.field.as_deref().and_then(|field| self.model.field(field)) else { return false };
        let texts = || reference.rows.iter().filter_map(|row| trait_text(row, index));
        if self.filter.matching == Match::Contains {
            let folded = text.to_lowercase();
            return !texts().any(|held| held.contains(&text))
                && texts().any(|held| held.to_lowercase().contains(&folded));
        }
        !texts().any(|held| held == text) && texts().any(|held| held.to_lowercase() == text.to_lowercase())
    }

    /// Index of the first record that does not fit.
    pub(super) fn first_misfit(&self) -> Option<usize> {
        self.walk.misfits.iter().find(|(_, name)| name == self.name).map(|(row, _)| *row)
    }

    /// How many records do not fit.
    pub(super) fn misfits(&self) -> usize {
        self.walk.misfits.iter().filter(|(_, name)| name == self.name).count()
    }

    /// Words for how many records do not fit, and where.
    pub(super) fn misfit_words(&self) -> String {
        let page = self.first_misfit().map_or(0, |row| self.walk.page_of(row)) + 1;
        format!("{} of {} records do not fit, the first on page {page}", self.misfits(), self.walk.rows.len())
    }

    /// A fault of this walk.
    pub(super) fn blame(&self, study: &Study, operation: &Operation, title: String) -> Blame {
        let place = clause(operation, &format!("filters/{}", escape(self.name)));
        let mut blame = Blame::of_cases(title, vec![self.case.clone()], self.sent())
            .by(&study.contract, place)
            .under(study, &self.filter.about, Level::Deny)
            .mark(if self.is_second() { format!("{} for the second tenant", self.name) } else { self.name.to_owned() })
            .shown(format!("{} = {}", self.name, self.value));
        if let (Some(row), Some(field)) = (self.first_misfit(), &self.filter.field) {
            blame = blame.at(row_pointer(self.lists, self.walk, row, field));
        }
        blame.exposed = exposed(self.walk);
        blame
    }

    fn sent(&self) -> Vec<Sent> {
        sent_at(self.walk, self.first_misfit())
    }
}

/// Pointer into `x-contract.lists` of an operation.
pub(super) fn clause(operation: &Operation, rest: &str) -> String {
    format!("{}/x-contract/lists/{rest}", operation.pointer)
}

/// Answers of a walk that could have shown a fault.
pub(super) fn exposed(walk: &WalkSeen) -> u32 {
    u32::try_from(walk.pages.len().max(1)).unwrap_or(u32::MAX)
}

/// The request whose answer shows a record; the first of the walk when there is none.
pub(super) fn sent_at(walk: &WalkSeen, row: Option<usize>) -> Vec<Sent> {
    let page = row.map_or(0, |row| walk.page_of(row));
    walk.answer(page).or(walk.answers.last()).map(|answer| vec![answer.sent.clone()]).unwrap_or_default()
}

/// Pointer to a field of a record in the body of its page.
pub(super) fn row_pointer(lists: &Lists, walk: &WalkSeen, row: usize, field: &str) -> String {
    let start = walk.starts.get(walk.page_of(row)).copied().unwrap_or_default();
    format!("{}/{}{field}", lists.items, row - start)
}

/// The one text that is asked for; `None` for numbers and longer lists.
fn single_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) if parts.len() == 1 => single_text(&parts[0]),
        _ => None,
    }
}

pub(super) fn trait_text(row: &Row, index: usize) -> Option<&str> {
    match row.traits.get(index) {
        Some(Trait::Text(text)) => Some(text),
        _ => None,
    }
}

/// Walks with one filter, as they read.
pub(super) fn looks<'a>(study: &'a Study, operation: &'a Operation) -> Vec<Look<'a>> {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else { return Vec::new() };
    let mut looks = Vec::new();
    for (case, walk) in study.walks(&operation.id) {
        let query = &walk.walk.query;
        let known = matches!(query.access, Access::Own | Access::Second);
        let bare = query.sort.is_none() && query.expand.is_empty() && known;
        let ([(name, value)], true) = (query.filters.as_slice(), bare) else { continue };
        let Some((name, filter)) = lists.filters.get_key_value(name) else { continue };
        let unknown = is_unknown(&study.contract, operation, filter, value);
        let mut look = Look {
            case,
            walk,
            lists,
            model,
            name,
            value,
            filter,
            reading: Reading::Unjudged,
            unknown,
            missing: Vec::new(),
            wanted: 0,
        };
        look.reading = read(study, &look);
        if look.reading != Reading::NoEffect && !look.is_second() {
            (look.wanted, look.missing) = missing(study, lists, model, walk);
        }
        looks.push(look);
    }
    // A filter that works for another value is not without effect.
    let working: HashSet<&str> = looks.iter().filter(|look| shows_effect(study, look)).map(|look| look.name).collect();
    for look in &mut looks {
        if look.reading == Reading::NoEffect && working.contains(look.name) && !look.is_second() {
            look.reading = Reading::Foreign;
        }
    }
    looks
}

/// Whether a walk shows that its filter does something: it gave some records, all fit, and others exist that do not.
pub(super) fn shows_effect(study: &Study, look: &Look<'_>) -> bool {
    let Some(reference) = study.reference(&look.walk.walk.query.operation) else { return false };
    look.reading == Reading::Fits
        && !look.is_second()
        && !look.walk.rows.is_empty()
        && reference.rows.iter().any(|row| look.model.fit_row(look.filter, row, look.value) == Fit::Not)
}

/// A refusal that is about the request and not about access or pace.
pub(super) fn refusal(walk: &WalkSeen) -> Option<(u16, usize)> {
    let End::Broken(index) = walk.end else { return None };
    let status = walk.answers.get(index)?.status?;
    let about_request = (400..500).contains(&status) && !matches!(status, 401 | 403 | 408 | 429);
    about_request.then_some((status, walk.pages.len() + 1))
}

fn read(study: &Study, look: &Look<'_>) -> Reading {
    let refused = refusal(look.walk).map(|(status, page)| Reading::Refused(status, page));
    if look.walk.pages.is_empty() {
        return refused.unwrap_or(Reading::Unjudged);
    }
    let misfits: Vec<usize> =
        look.walk.misfits.iter().filter(|(_, name)| name == look.name).map(|(row, _)| *row).collect();
    // What the pages before a refusal show comes first: it may well be its cause.
    if misfits.is_empty() {
        return refused.unwrap_or(Reading::Fits);
    }
    if !look.is_second()
        && let Some(reference) = study.reference(&look.walk.walk.query.operation)
        && is_unfiltered(look, reference, misfits.len())
    {
        return Reading::NoEffect;
    }
    let index = look.filter.field.as_deref().and_then(|field| look.model.field(field));
    let texts: Option<Vec<String>> = index.and_then(|index| {
        misfits.iter().map(|row| Some(trait_text(look.walk.rows.get(*row)?, index)?.to_lowercase())).collect()
    });
    // Of the members of an enumeration one may well contain another: `inactive`, `active`.
    let closed = study
        .contract
        .operation(&look.walk.walk.query.operation)
        .is_some_and(|operation| !options(&study.contract, operation, look.filter).is_empty());
    let exact = matches!(look.filter.matching, Match::Equal | Match::AnyOf) && !closed;
    match (texts, single_text(look.value).map(|text| text.to_lowercase())) {
        (Some(texts), Some(value)) if exact && texts.iter().all(|text| *text == value) => Reading::WrongCase,
        (Some(texts), Some(value)) if exact && texts.iter().all(|text| text.contains(&value)) => Reading::Substring,
        _ => Reading::Foreign,
    }
}

/// Whether a walk shows what the list shows without the filter: the same records, or as many that do not fit.
fn is_unfiltered(look: &Look<'_>, reference: &Reference, misfits: usize) -> bool {
    let rows = &look.walk.rows;
    // As many as without it: the whole list, or as far as the walk went.
    let enough = if look.walk.is_complete() { rows.len() * 10 >= reference.rows.len() * 9 } else { rows.len() >= 10 };
    if !enough {
        return false;
    }
    let first: HashSet<&str> = reference.rows.iter().take(rows.len()).filter_map(|row| row.key.as_deref()).collect();
    let shared = rows.iter().filter_map(|row| row.key.as_deref()).filter(|key| first.contains(key)).count();
    if shared == rows.len() {
        return true;
    }
    let judged = reference.rows.iter().filter(|row| look.model.fit_row(look.filter, row, look.value) != Fit::Unknown);
    let (mut all, mut foreign) = (0_usize, 0_usize);
    for row in judged {
        all += 1;
        foreign += usize::from(look.model.fit_row(look.filter, row, look.value) == Fit::Not);
    }
    // By share: nine tenths of the records that do not fit in the whole list.
    rows.len() >= 10 && all > 0 && misfits * all * 10 >= foreign * rows.len() * 9 && shared * 10 >= rows.len() * 8
}

/// Whether a known record must be in the answer to a query; a kept sample helps where the reduced record cannot say.
pub(super) fn must(
    study: &Study,
    lists: &Lists,
    model: &Model,
    query: &Query,
    reference: &Reference,
    row: &Row,
) -> bool {
    match study.fit(lists, model, query, row) {
        Fit::Must => true,
        Fit::Unknown => {
            let Some(record) = row.key.as_deref().and_then(|key| reference.sample(key)) else { return false };
            lists.filters.iter().all(|(name, filter)| {
                let sent = query.filters.iter().find(|(known, _)| known == name).map(|(_, value)| value);
                let wanted = match (sent, &filter.absent) {
                    (Some(value), _) => value,
                    (None, Some(semantics::Absent::Only(value))) => value,
                    (None, Some(semantics::Absent::Either { either })) => either,
                    (None, None) => return true,
                };
                model.fit_record(name, filter, record, wanted) == Fit::Must
            })
        }
        _ => false,
    }
}

/// Known records that had to be in a walk and are not; with how many had to be. Only what can be told: all of them when
/// the walk reached its end, else those that the default order puts strictly before the last record seen.
fn missing(study: &Study, lists: &Lists, model: &Model, walk: &WalkSeen) -> (usize, Vec<Box<str>>) {
    let Some(reference) = study.reference(&walk.walk.query.operation) else { return (0, Vec::new()) };
    let passed = if walk.is_complete() { Some(None) } else { passed(lists, model, walk).map(Some) };
    let Some(passed) = passed else { return (0, Vec::new()) };
    let seen: HashSet<&str> = walk.rows.iter().chain(&walk.beyond).filter_map(|row| row.key.as_deref()).collect();
    let mut wanted = 0;
    let mut missing = Vec::new();
    for row in &reference.rows {
        let Some(key) = &row.key else { continue };
        if passed.as_ref().is_some_and(|passed| !passed(row)) {
            continue;
        }
        if must(study, lists, model, &walk.walk.query, reference, row) {
            wanted += 1;
            if !seen.contains(&**key) {
                missing.push(key.clone());
            }
        }
    }
    (wanted, missing)
}

/// For a walk that was cut off: which records its order has certainly passed; `None` when that cannot be told.
fn passed<'a>(lists: &'a Lists, model: &'a Model, walk: &WalkSeen) -> Option<impl Fn(&Row) -> bool + use<'a>> {
    let default = lists.sort.as_ref()?.default.as_ref()?;
    if walk.end != End::Capped || walk.walk.query.sort.is_some() || default.order == Order::Text {
        return None;
    }
    let index = model.field(&default.field)?;
    let sign = match default.direction? {
        semantics::Direction::Ascending => 1.0,
        semantics::Direction::Descending => -1.0,
    };
    let rank = move |row: &Row| Some(row.traits.get(index)?.rank(default.order)? * sign);
    let ranks: Option<Vec<f64>> = walk.rows.iter().map(rank).collect();
    let ranks = ranks.filter(|ranks| ranks.is_sorted())?;
    let (first, last) = (*ranks.first()?, *ranks.last()?);
    Some(move |row: &Row| rank(row).is_some_and(|rank| rank > first && rank < last))
}

/// What a look means to a check.
pub(super) type Opinion<'a> = dyn Fn(&Look<'a>, &[Look<'a>]) -> Option<Blame> + 'a;

/// Judges every walk with one filter; one blame per mark.
pub(super) fn judge_looks<'a>(study: &'a Study, operation: &'a Operation, opinion: &Opinion<'a>) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if lists.filters.is_empty() {
        return not_applicable("the contract promises no filter here");
    }
    let looks = looks(study, operation);
    let mut ruling = Ruling::default();
    for look in looks.iter().filter(|look| !look.unknown) {
        ruling.look_at(look);
        if let Some(blame) = opinion(look, &looks) {
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive(
        "no filtered list was answered, or no record shows a value to filter by",
        "supply a tenant with records whose filtered fields are set",
    )
}

impl Ruling {
    /// Counts a filtered walk as evidence.
    pub(super) fn look_at(&mut self, look: &Look<'_>) {
        self.walked(look.walk);
        self.evidence.pairs += look.wanted as u64;
    }

    /// Counts a walk as evidence.
    pub(super) fn walked(&mut self, walk: &WalkSeen) {
        self.evidence.pages += walk.pages.len() as u64;
        self.evidence.records += walk.rows.len() as u64;
    }

    /// Adds a blame unless its mark is there already; a graver one takes the place of the other.
    pub(super) fn once(&mut self, blame: Blame) {
        match self.blames.iter_mut().find(|known| known.mark == blame.mark) {
            Some(known) if blame.is_graver_than(known) => *known = blame,
            Some(_) => {}
            None => self.blames.push(blame),
        }
    }
}

/// What a refusal of a kind may be: whether a status counts as one, and words for it. Where the contract names no status,
/// any of class 4xx counts.
pub(super) fn is_invalid(contract: &Contract, status: u16) -> bool {
    match &contract.root.refusals.invalid {
        Some(refusal) if !refusal.statuses.is_empty() => refusal.accepts(status),
        _ => (400..500).contains(&status),
    }
}

/// Words for the statuses of an invalid refusal.
pub(super) fn invalid_words(contract: &Contract) -> String {
    match &contract.root.refusals.invalid {
        Some(refusal) if !refusal.statuses.is_empty() => {
            let statuses: Vec<String> = refusal.statuses.iter().map(u16::to_string).collect();
            format!("a refusal with status {}", statuses.join(" or "))
        }
        _ => "a refusal (4xx)".to_owned(),
    }
}

/// What a filter does with a value outside its enumeration.
pub(super) fn unknown_choice(filter: &Filter) -> semantics::Choice {
    filter.unknown.as_ref().map_or(semantics::Choice::Either, |Handling { is, .. }| *is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_beyond_doubt_are_told_from_others() {
        assert!(is_plain_email("ann+shop@example.com"));
        for doubtful in
            ["", "ann", "ann@", "@example.com", "a b@example.com", "ann@example", "ä@example.com", ".a@b.io"]
        {
            assert!(!is_plain_email(doubtful), "{doubtful}");
        }
    }

    #[test]
    fn subsets_are_ordered_and_complete() {
        assert_eq!(subsets(3, 2), [[0, 1], [0, 2], [1, 2]]);
        assert_eq!(subsets(4, 3).len(), 4);
    }

    #[test]
    fn numbers_keep_their_spelling() {
        assert_eq!(number_value(3.0), json!(3));
        assert_eq!(number_value(3.5), json!(3.5));
    }

    #[test]
    fn schemas_are_found_in_parameters_and_bodies() {
        let maple = Contract::shipped("maple").expect("is shipped");
        let operation = maple.operation("findCustomers").expect("is there");
        let lists = operation.clause.lists.as_ref().expect("lists");
        assert_eq!(options(&maple, operation, &lists.filters["statuses"]).len(), 2);
        assert_eq!(options(&maple, operation, &lists.filters["status"]).len(), 2);
        assert!(is_unknown(&maple, operation, &lists.filters["statuses"], &json!(["ACTIVE", "nothing"])));
        assert!(!is_unknown(&maple, operation, &lists.filters["owner_id"], &json!("nothing")));
        let price = Contract::shipped("flexprice").expect("is shipped");
        let operation = price.operation("listCustomers").expect("is there");
        let email = &operation.clause.lists.as_ref().expect("lists").filters["email"];
        assert!(is_unknown(&price, operation, email, &json!(NO_SUCH_VALUE)));
    }
}
