//! How many records there are, and what they look like.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use super::catalogue;
use super::choices::{any, list};
use crate::contract::{Contract, instant, moment};
use crate::mock::exchange::{set_at, take_at};
use crate::mock::form::Optionals;
use crate::mock::hook::{Hook, Scene};
use crate::mock::population::{Population, Row};
use crate::mock::select::{self, Ranked};
use crate::mock::targets::{FieldTarget, Targets};

catalogue! {
    /// There are no records.
    "empty-collection": has_records, tune |_, census| census.size = Some(0);
    /// There is one record.
    "one-record": has_records, tune |_, census| census.size = Some(1);
    /// There are exactly as many records as a page holds.
    "one-full-page": has_lists, @Always Hook::Population(full_page);
    /// There is one record more than a page holds.
    "one-more-than-a-page": has_lists, @Always Hook::Population(full_page_and_one);
    /// There are five thousand records.
    "five-thousand-records": has_lists, tune |_, census| census.size = Some(5000);
    /// The second tenant has no records.
    "empty-second-tenant": |c| c.root.tenancy.is_some() && has_lists(c), @Always Hook::Population(empty_second);
    /// No optional field is there.
    "no-optional-fields": has_optional, tune |_, census| census.optionals = Optionals::None;
    /// Every optional field is there, as far as the rules allow.
    "every-optional-field": has_optional, tune |_, census| census.optionals = Optionals::All;
    /// Optional fields that may be null are null instead of absent.
    "null-instead-of-absent": has_nullable, @Always Hook::Record(nulls);
    /// Both tenants use the same other keys.
    "other-keys-in-both-tenants": has_alias, @Always Hook::Population(share_other_keys);
    /// Every key holds a slash, spaces, a percent sign and letters that are not Latin.
    "awkward-keys": has_free_key, @Always Hook::Population(awkward_keys);
    /// Instants have other offsets than `Z`, and fractions of seconds.
    "other-offsets": has_records, @Always Hook::Population(other_offsets);
    /// Instants have nine digits and lie a few nanoseconds apart.
    "nanoseconds-apart": has_records, @Always Hook::Population(nanoseconds_apart);
    /// All records were created at the same instant.
    "everything-ties": has_lists, @Always Hook::Population(everything_ties);
    /// Lists leave out optional fields that readers show.
    "brief-lists": has_brief, @Lists Hook::Record(brief);
    /// A search index lags behind: filters miss a record where that is tolerated.
    "lagging-index": |c| list(c, |l| l.filters.values().any(|filter| filter.partial)), @Filtered Hook::Matching(lag);
    /// Records have the second of the forms that the sources leave open.
    "second-style": |c| has_style(c, 1), tune |_, census| census.style = 1;
    /// Records have the third of the forms that the sources leave open.
    "third-style": |c| has_style(c, 2), tune |_, census| census.style = 2;
    /// Records have the fourth of the forms that the sources leave open.
    "fourth-style": |c| has_style(c, 3), tune |_, census| census.style = 3;
    /// Records have fields that nobody documents.
    "extra-fields": is_open, @Always Hook::Body(extra_fields);
}

fn has_records(contract: &Contract) -> bool {
    !contract.root.resources.is_empty() && any(contract)
}

fn has_lists(contract: &Contract) -> bool {
    list(contract, |_| true)
}

fn has_optional(contract: &Contract) -> bool {
    Targets::of(contract).fields.iter().any(|field| !field.required)
}

/// Keeps so many records that are listed without being asked for.
fn keep(targets: &Targets, population: &mut Population, count: usize) {
    for table in population.stocks.values_mut().filter_map(|stock| stock.tables.first_mut()) {
        table.retain(|row| targets.shown.iter().all(|filter| select::is_listed(filter, &row.value)));
        table.truncate(count);
    }
}

fn full_page(targets: &Targets, population: &mut Population) {
    keep(targets, population, targets.page);
}

fn full_page_and_one(targets: &Targets, population: &mut Population) {
    keep(targets, population, targets.page + 1);
}

fn empty_second(_: &Targets, population: &mut Population) {
    for table in population.stocks.values_mut().filter_map(|stock| stock.tables.get_mut(1)) {
        table.clear();
    }
}

fn has_alias(contract: &Contract) -> bool {
    contract.root.tenancy.is_some() && has_lists(contract) && !Targets::of(contract).aliases.is_empty()
}

fn share_other_keys(targets: &Targets, population: &mut Population) {
    for stock in population.stocks.values_mut() {
        let key = stock.key.clone();
        let [first, second, ..] = stock.tables.as_mut_slice() else { continue };
        for (row, other) in second.iter_mut().zip(first.iter()) {
            let mut record = row.value.clone();
            for alias in &targets.aliases {
                if let (Some(value), Some(_)) = (other.value.pointer(alias), record.pointer(alias)) {
                    set_at(&mut record, alias, value.clone());
                }
            }
            *row = Arc::new(Row::new(record, &key));
        }
    }
}

fn has_nullable(contract: &Contract) -> bool {
    Targets::of(contract).fields.iter().any(|field| field.is_top() && field.nullable && !field.required)
}

fn nulls(scene: &Scene<'_>, record: &mut Value) {
    for field in scene.targets.fields.iter().filter(|field| field.is_top() && field.nullable && !field.required) {
        if record.pointer(&field.pointer).is_none() {
            set_at(record, &field.pointer, Value::Null);
        }
    }
}

/// Whether the key is free text.
fn has_free_key(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    targets.fields.iter().any(|field| {
        field.pointer == targets.key
            && field.kind() == "string"
            && !field.is_bound()
            && field.schema.get("maxLength").is_none()
    })
}

/// Rewrites every record of every table.
fn rewrite(population: &mut Population, change: impl Fn(&mut Value)) {
    for stock in population.stocks.values_mut() {
        let key = stock.key.clone();
        for row in stock.tables.iter_mut().flatten() {
            let mut record = row.value.clone();
            change(&mut record);
            *row = Arc::new(Row::new(record, &key));
        }
    }
}

/// Replaces texts, wherever they stand in a record.
fn replace(value: &mut Value, with: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(new) = with(text) {
                *text = new;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, with)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, with)),
        _ => {}
    }
}

fn awkward_keys(_: &Targets, population: &mut Population) {
    let rows = population.stocks.values().flat_map(|stock| stock.tables.iter().flatten());
    let names: HashMap<String, String> =
        rows.map(|row| (row.key.clone(), format!("ключ/{} 100% Ω?#&+", row.key))).collect();
    rewrite(population, |record| replace(record, &|text| names.get(text).cloned()));
}

fn other_offsets(_: &Targets, population: &mut Population) {
    let shifted = |text: &str| -> Option<String> {
        let seconds = instant(text)?;
        #[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
        let whole = seconds as i64;
        let (offset, name) = [(7200, "+02:00"), (-19_800, "-05:30"), (0, "+00:00"), (20_700, "+05:45")]
            [usize::try_from(whole.rem_euclid(4)).unwrap_or(0)];
        let local = jiff::Timestamp::from_second(whole + offset).ok()?.to_string();
        Some(format!("{}.461{name}", local.trim_end_matches('Z')))
    };
    rewrite(population, |record| replace(record, &|text| shifted(text)));
}

/// Moves all instants close together; which comes first stays as it is.
fn nanoseconds_apart(_: &Targets, population: &mut Population) {
    fn gather(value: &Value, found: &mut BTreeSet<jiff::Timestamp>) {
        match value {
            Value::String(text) => found.extend(moment(text)),
            Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
            Value::Object(members) => members.values().for_each(|member| gather(member, found)),
            _ => {}
        }
    }
    let mut known = BTreeSet::new();
    let rows = population.stocks.values().flat_map(|stock| stock.tables.iter().flatten());
    rows.for_each(|row| gather(&row.value, &mut known));
    let places: HashMap<jiff::Timestamp, usize> = known.into_iter().enumerate().map(|(at, one)| (one, at)).collect();
    rewrite(population, |record| {
        replace(record, &|text| {
            let at = places.get(&moment(text)?)?;
            Some(format!("2024-05-05T05:05:05.{:09}Z", 123_000_000 + at * 3))
        });
    });
}

pub(in crate::mock) fn everything_ties(_: &Targets, population: &mut Population) {
    rewrite(population, |record| {
        replace(record, &|text| instant(text).map(|_| "2024-05-05T05:05:05Z".to_owned()));
    });
}

/// Whether neither record nor envelope is closed.
fn is_open(contract: &Contract) -> bool {
    let closed = |pointer: &str| {
        contract.resolve(pointer).1.get("additionalProperties").is_some_and(|open| *open != Value::Bool(true))
    };
    let schemas = contract.root.resources.values().filter_map(|resource| resource.schema.strip_prefix('#'));
    let bodies = contract.operations.iter().filter_map(|operation| contract.success_schema(operation));
    any(contract) && !schemas.chain(bodies).any(closed)
}

fn extra_fields(scene: &Scene<'_>, body: &mut Value) {
    let extra = || json!({"since": 2031, "notes": ["undocumented", null, true]});
    if let Some(lists) = scene.lists() {
        for record in body.pointer_mut(&lists.items).and_then(Value::as_array_mut).into_iter().flatten() {
            set_at(record, &format!("{}/x_undocumented", lists.item), extra());
        }
    }
    if body.is_object() {
        set_at(body, "/x_undocumented", extra());
    }
}

/// Fields that nothing depends on and that lists may leave out.
fn is_brief(targets: &Targets, field: &FieldTarget) -> bool {
    field.is_top() && !field.required && !targets.busy.contains(&field.pointer)
}

fn has_brief(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    let reads = contract.operations.iter().any(|operation| operation.clause.reads.is_some());
    has_lists(contract) && reads && targets.fields.iter().any(|field| is_brief(&targets, field))
}

fn brief(scene: &Scene<'_>, record: &mut Value) {
    for field in scene.targets.fields.iter().filter(|field| is_brief(scene.targets, field)) {
        take_at(record, &field.pointer);
    }
}

fn lag(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return };
    let lags = |index: usize| lists.filters.get_index(index).is_some_and(|(_, filter)| filter.partial);
    if !matching.is_empty() && ask.filters.iter().any(|condition| condition.asked && lags(condition.filter)) {
        matching.remove(matching.len() / 2);
    }
}

/// Whether some hint of the document tells a style from the others.
fn has_style(contract: &Contract, style: u8) -> bool {
    fn hints(value: &Value, word: &str) -> bool {
        match value {
            Value::Object(members) => members.iter().any(|(name, member)| {
                (name == "x-mock" && member.as_str().is_some_and(|hint| hint.contains(word))) || hints(member, word)
            }),
            Value::Array(items) => items.iter().any(|item| hints(item, word)),
            _ => false,
        }
    }
    hints(contract.document.root(), &format!("style == {style}"))
}
