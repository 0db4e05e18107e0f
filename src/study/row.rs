//! A record reduced to what the comparisons need: one small fingerprint, so that long walks stay flat in memory.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::fit::{Fit, text_of};
use super::rank::Rank;
use crate::contract::semantics::{Absent, Lists, Match, Order, Sort};
use crate::contract::{Contract, Expression, Operation, Scope, ShapeId, Truth, fingerprint, fingerprint_of_members};
use crate::document::node;

/// Which fields of a list's records are kept.
#[derive(Debug, Default)]
pub struct Model {
    /// Pointer to the key.
    pub key: String,
    /// Pointer to the version, if the resource has one.
    pub version: Option<String>,
    /// Pointers of the fields that filters, orders and tenancy look at.
    pub fields: Vec<String>,
    /// Which of them are compared as instants.
    ranked: Vec<bool>,
    /// Pointers left out of the fingerprint: volatile fields and expansions.
    pub left_out: Vec<String>,
    /// Pointer to the field that shows the tenant.
    pub tenant: Option<String>,
    /// Names of the members that take one of a few values which the document names.
    pub enumerated: Vec<String>,
    /// Names of the members that are declared; what nobody declared may say anything. Empty: all count.
    declared: HashSet<String>,
    rules: Vec<(String, Arc<Expression>)>,
    /// Filters with a rule and the values that they may be sent with: what a reduced record knows of itself.
    ruled: Vec<(String, Value)>,
}

impl Model {
    /// The model of a list.
    #[must_use]
    pub fn new(contract: &Contract, operation: &Operation, lists: &Lists) -> Self {
        let resource = contract.resource(&lists.resource);
        let tenant = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.field.clone());
        let mut fields: Vec<String> = lists.filters.values().filter_map(|filter| filter.field.clone()).collect();
        if let Some(sort) = &lists.sort {
            fields.extend(sort_fields(sort).map(|field| field.field.clone()));
        }
        fields.extend(tenant.clone());
        fields.sort();
        fields.dedup();
        let expansions =
            operation.clause.expands.iter().chain(contract.operations.iter().flat_map(|other| &other.clause.expands));
        let left_out = resource
            .map(|resource| resource.volatile.clone())
            .unwrap_or_default()
            .into_iter()
            .chain(expansions.map(|expand| expand.adds.clone()))
            .collect();
        let rules = lists
            .filters
            .iter()
            .filter_map(|(name, filter)| Some((name.clone(), contract.expression(filter.rule.as_deref()?).ok()?)))
            .collect();
        let ruled = ruled_values(contract, operation, lists);
        let ranked = fields.iter().map(|field| is_ranked(lists, field)).collect();
        Self {
            key: contract.key_of(lists).to_owned(),
            version: resource.and_then(|resource| resource.version.clone()),
            fields,
            ranked,
            left_out,
            tenant,
            enumerated: enumerated(contract, operation, lists),
            declared: declared(contract, operation, lists),
            rules,
            ruled,
        }
    }

    /// Position of a field in [`Row::traits`].
    #[must_use]
    pub fn field(&self, pointer: &str) -> Option<usize> {
        self.fields.iter().position(|field| field == pointer)
    }

    /// Reduces a record.
    #[must_use]
    pub fn row(&self, record: &Value, keep_text: bool) -> Row {
        Row {
            key: node(record, &self.key).and_then(key_text),
            print: self.print(record),
            version: self.version.as_deref().and_then(|at| node(record, at)).map(fingerprint),
            traits: self
                .fields
                .iter()
                .zip(&self.ranked)
                .map(|(field, ranked)| Trait::of(node(record, field), keep_text, *ranked))
                .collect(),
            ruled: self.fits_of_rules(record),
        }
    }

    /// Whether a record fits the filters that have a rule, with each of their values.
    fn fits_of_rules(&self, record: &Value) -> Box<[Fit]> {
        let mut scope = Scope::new(&[("self", record)]);
        let mut fits = Vec::with_capacity(self.ruled.len());
        for (name, value) in &self.ruled {
            scope = scope.with("value", value);
            fits.push(match self.rule(name).map(|rule| rule.truth_in(&scope)) {
                Some(Truth::Holds) => Fit::Must,
                Some(Truth::Broken) => Fit::Not,
                Some(Truth::Undefined(_)) | None => Fit::Unknown,
            });
        }
        fits.into()
    }

    /// Position in [`Row::ruled`] of what a record knows of a filter with a rule and a value, which is a text.
    pub(super) fn ruled(&self, name: &str, value: &Value) -> Option<usize> {
        self.ruled.iter().position(|(known, other)| known == name && other == value)
    }

    /// The fingerprint of what is declared and not left out.
    fn print(&self, record: &Value) -> u64 {
        let Value::Object(members) = record else { return fingerprint(record) };
        if self.left_out.iter().any(|at| at.matches('/').count() > 1 && node(record, at).is_some()) {
            let mut kept = record.clone();
            self.left_out.iter().for_each(|at| remove(&mut kept, at));
            return Model { left_out: Vec::new(), declared: self.declared.clone(), ..Self::default() }.print(&kept);
        }
        let is_out = |name: &str| self.left_out.iter().any(|at| at.strip_prefix('/') == Some(name));
        let counts = |name: &str| (self.declared.is_empty() || self.declared.contains(name)) && !is_out(name);
        fingerprint_of_members(members.iter().filter(|(name, _)| counts(name)))
    }

    /// The rule that stands for a filter, if it has one.
    pub(super) fn rule(&self, name: &str) -> Option<&Expression> {
        self.rules.iter().find(|(known, _)| known == name).map(|(_, rule)| rule.as_ref())
    }
}

/// Every way of sorting that a clause names, the default included.
pub fn sort_fields(sort: &Sort) -> impl Iterator<Item = &crate::contract::semantics::SortField> {
    sort.fields.values().chain(sort.values.values()).chain(sort.default.iter())
}

/// A record reduced to key, fingerprints and the fields of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The key as text; `None` when the record has none.
    pub key: Option<Box<str>>,
    /// Fingerprint of everything that must not differ.
    pub print: u64,
    /// Fingerprint of the version field.
    pub version: Option<u64>,
    /// Fields of the model, in its order.
    pub traits: Box<[Trait]>,
    /// Whether it fits the filters that have a rule, with each value that the document names for them.
    pub ruled: Box<[Fit]>,
}

impl Trait {
    /// Whether nothing is there, or null.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Absent | Self::Null)
    }

    /// Whether it is this text.
    #[must_use]
    pub fn is_text(&self, text: &str) -> bool {
        match self {
            Self::Text(held, _) => **held == *text,
            Self::Hashed(held, ..) => *held == hash(text),
            _ => false,
        }
    }
}

/// A field's value, reduced.
#[derive(Clone, Debug, PartialEq)]
pub enum Trait {
    /// Not there.
    Absent,
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text, and the instant, day or number that it is, where records are compared by it.
    Text(Box<str>, Option<Rank>),
    /// A text of a long walk: exact hash, hash without case, instant, day or number where records are compared by it.
    Hashed(u64, u64, Option<Rank>),
    /// An array or object.
    Other(u64),
}

impl Trait {
    fn of(value: Option<&Value>, keep_text: bool, ranked: bool) -> Self {
        match value {
            None => Self::Absent,
            Some(Value::Null) => Self::Null,
            Some(Value::Bool(flag)) => Self::Bool(*flag),
            Some(Value::Number(number)) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Some(Value::String(text)) => {
                let moment = if ranked { Rank::of_text(text) } else { None };
                if keep_text {
                    Self::Text(text.as_str().into(), moment)
                } else {
                    Self::Hashed(hash(text), hash(&text.to_lowercase()), moment)
                }
            }
            Some(other) => Self::Other(fingerprint(other)),
        }
    }

    /// The value to compare by, under an order.
    #[must_use]
    pub fn rank(&self, order: Order) -> Option<Rank> {
        match (self, order) {
            (Self::Number(number), Order::Number | Order::Instant) => Some(Rank::Number(*number)),
            (Self::Text(_, moment) | Self::Hashed(_, _, moment), Order::Number | Order::Instant) => *moment,
            _ => None,
        }
    }
}

/// A key as text; keys are texts or numbers.
#[must_use]
pub fn key_text(value: &Value) -> Option<Box<str>> {
    match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

pub(super) fn hash(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}

/// Whether an order or a filter compares a field.
fn is_ranked(lists: &Lists, field: &str) -> bool {
    let sorted = lists.sort.iter().flat_map(sort_fields).any(|by| by.field == field && by.order != Order::Text);
    let compared = lists.filters.values().any(|filter| {
        let equal = matches!(filter.matching, Match::Equal | Match::AnyOf | Match::Contains);
        !equal && filter.field.as_deref() == Some(field)
    });
    sorted || compared
}

/// Filters with a rule, with each value that the document names for them, as rules see it.
fn ruled_values(contract: &Contract, operation: &Operation, lists: &Lists) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = Vec::new();
    for (name, filter) in lists.filters.iter().filter(|(_, filter)| filter.rule.is_some()) {
        let schema = operation.parameter(&filter.slot).map(|parameter| &parameter.schema);
        let reference = schema.and_then(|schema| schema.get("$ref")?.as_str()?.strip_prefix('#'));
        let schema = reference.map(|reference| contract.resolve(reference).1).or(schema);
        let named = schema.and_then(|schema| schema.get("enum")?.as_array()).into_iter().flatten();
        let flags = schema.is_some_and(|schema| schema.get("type").and_then(Value::as_str) == Some("boolean"));
        let flags = [Value::Bool(true), Value::Bool(false)].into_iter().filter(|_| flags);
        let absent = filter.absent.iter().map(|absent| match absent {
            Absent::Only(value) | Absent::Either { either: value } => value.clone(),
        });
        for value in filter.values.iter().chain(named).cloned().chain(flags).chain(absent) {
            let pair = (name.clone(), Value::String(text_of(&value)));
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    found
}

/// Names that the schema of a list's records declares.
fn declared(contract: &Contract, operation: &Operation, lists: &Lists) -> HashSet<String> {
    let shapes = contract.record_shape(operation, lists).map(|shape| contract.shapes.with_parts(shape));
    shapes.iter().flatten().flat_map(|shape| shape.members.keys().cloned()).collect()
}

/// Values from which on an enumeration is one of codes, such as those of countries, rather than of states.
const MOST_STATES: usize = 12;

/// Members of a list's records whose values the document names, as far as they are few.
fn enumerated(contract: &Contract, operation: &Operation, lists: &Lists) -> Vec<String> {
    let shapes = contract.record_shape(operation, lists).map(|shape| contract.shapes.with_parts(shape));
    let few = |id: ShapeId| {
        let parts = contract.shapes.with_parts(id);
        let values: usize = parts.iter().map(|shape| shape.options.len() + shape.known.len()).sum();
        (1..=MOST_STATES).contains(&values)
    };
    let members = shapes.iter().flatten().flat_map(|shape| &shape.members);
    let mut names: Vec<String> = members.filter(|(_, id)| few(**id)).map(|(name, _)| name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Removes the member at a pointer.
pub fn remove(root: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(Value::Object(members)) = root.pointer_mut(parent) {
        let name = crate::document::unescape(name);
        members.shift_remove(&name);
    }
}
