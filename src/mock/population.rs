//! The seeded records of every resource and tenant.
//!
//! Deterministic: same document, seed and size, same records. Each record is judged by the schema and the rules of the
//! contract before it is served, so that a server that lies by accident cannot start.

mod distinct;
mod listed;
mod lists;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use super::MockError;
use super::form::{Filling, Form, Optionals, Roles};
use super::random::Random;
use crate::contract::semantics::Resource;
use crate::contract::{Contract, Rule, Scope, Shape, ShapeId, Truth};
use crate::document::text_of;
use crate::finding::Level;

/// A record, and the bytes in which it is served.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The record.
    pub(crate) value: Value,
    /// The record as JSON text.
    pub(crate) json: Arc<str>,
    /// Its key as text.
    pub(crate) key: String,
}

impl Row {
    /// A row from a record and the pointer to its key.
    pub(crate) fn new(value: Value, key: &str) -> Self {
        let key = value.pointer(key).map(text_of).unwrap_or_default();
        Self { json: value.to_string().into(), value, key }
    }
}

/// The records of one resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stock {
    /// Pointer to the key.
    pub(crate) key: String,
    /// By tenant.
    pub(crate) tables: Vec<Vec<Arc<Row>>>,
}

/// All records.
#[derive(Clone, Debug, Default)]
pub(crate) struct Population {
    /// Names of the tenants; at least one.
    pub(crate) tenants: Vec<String>,
    /// By name of the resource.
    pub(crate) stocks: BTreeMap<String, Stock>,
    /// Records of the first tenant that somebody else may still insert, by name of the resource.
    pub(crate) reserve: BTreeMap<String, Vec<Arc<Row>>>,
    /// What was asked for before.
    pub(crate) lists: lists::Lists,
}

/// How many records, and of which kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Census {
    /// Seed of all random numbers.
    pub(crate) seed: u64,
    /// Records of the first tenant; `None`: as the document says.
    pub(crate) size: Option<usize>,
    /// Which optional fields are there.
    pub(super) optionals: Optionals,
    /// Which of the forms that the sources leave open the hints show; 0: the usual one.
    pub(super) style: u8,
}

const DEFAULT_POPULATION: usize = 237;

impl Population {
    /// Populates every resource of a contract.
    ///
    /// # Errors
    /// When a hint cannot be evaluated, or a record breaks its schema or a rule: the message names both.
    pub(crate) fn grow(contract: &Contract, census: &Census) -> Result<Self, MockError> {
        let tenants = tenants(contract);
        let hinted = contract.document.at("/x-mock/population").and_then(Value::as_u64);
        let documented = hinted.and_then(|n| usize::try_from(n).ok()).unwrap_or(DEFAULT_POPULATION);
        let size = census.size.unwrap_or(documented);
        let mut stocks = BTreeMap::new();
        for (name, resource) in &contract.root.resources {
            let grower = Grower::new(contract, name, resource, census)?;
            let mut stock = Stock { key: resource.key.clone(), tables: Vec::new() };
            for (index, tenant) in tenants.iter().enumerate() {
                let count = if index == 0 { size } else { size.min(size / 5 + 4) };
                stock.tables.push(grower.table(tenant, count)?);
            }
            stocks.insert(name.clone(), stock);
        }
        Ok(Self { tenants, stocks, reserve: BTreeMap::new(), lists: lists::Lists::default() })
    }

    /// The records of a resource and tenant.
    pub(crate) fn table(&self, resource: &str, tenant: usize) -> &[Arc<Row>] {
        self.stocks.get(resource).and_then(|stock| stock.tables.get(tenant)).map_or(&[], Vec::as_slice)
    }
}

/// Names of the tenants: those of `x-mock`, or two made up; a single one where nothing tells tenants apart.
fn tenants(contract: &Contract) -> Vec<String> {
    let named = contract.document.at("/x-mock/tenants").and_then(Value::as_array);
    let named: Vec<String> = named.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    match (named.is_empty(), &contract.root.tenancy) {
        (false, _) => named,
        (true, Some(_)) => vec!["tenant_a".to_owned(), "tenant_b".to_owned()],
        (true, None) => vec!["tenant_a".to_owned()],
    }
}

struct Grower<'a> {
    contract: &'a Contract,
    name: &'a str,
    key: &'a str,
    schema: String,
    shape: Option<ShapeId>,
    form: Form,
    census: &'a Census,
}

impl<'a> Grower<'a> {
    fn new(
        contract: &'a Contract,
        name: &'a str,
        resource: &'a Resource,
        census: &'a Census,
    ) -> Result<Self, MockError> {
        let schema = resource.schema.strip_prefix('#').unwrap_or(&resource.schema).to_owned();
        let tenant = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.field.as_deref()).unwrap_or("/");
        let form = Form::read(contract, &schema, Roles { key: &resource.key, tenant })
            .map_err(|(pointer, message)| MockError::hint(contract, &pointer, message))?;
        let shape = contract.shapes.find(&contract.resolve(&schema).0);
        Ok(Self { contract, name, key: &resource.key, schema, shape, form, census })
    }

    fn table(&self, tenant: &str, count: usize) -> Result<Vec<Arc<Row>>, MockError> {
        let hash = Random::hash(self.census.seed, &format!("{}/{tenant}", self.name));
        let first = self.key.split('/').nth(1).map(crate::document::unescape);
        let mut filling = Filling {
            hash,
            i: 0,
            n: count,
            tenant,
            keys: Rc::default(),
            optionals: self.census.optionals,
            style: self.census.style,
            until: first.as_deref(),
        };
        let mut keys = Vec::with_capacity(count);
        for i in 0..count {
            filling.i = i;
            keys.push(self.fill(&filling)?.pointer(self.key).cloned().unwrap_or(Value::Null));
        }
        filling.keys = Rc::new(keys);
        filling.until = None;
        let mut rows = Vec::with_capacity(count);
        for i in 0..count {
            filling.i = i;
            let mut record = self.fill(&filling)?;
            if self.census.optionals == Optionals::All {
                self.complete(&mut record, &filling);
            }
            self.judge(&record, i)?;
            rows.push(Arc::new(Row::new(record, self.key)));
        }
        self.list_enough(&mut rows);
        self.keep_apart(&mut rows, &filling)?;
        Ok(rows)
    }

    fn fill(&self, filling: &Filling<'_>) -> Result<Value, MockError> {
        match self.form.fill(filling) {
            Ok(record) => Ok(record.unwrap_or(Value::Null)),
            Err((pointer, message)) => Err(MockError::hint(self.contract, &pointer, message)),
        }
    }

    /// Adds optional members that the hints leave out, as far as schema and rules allow.
    fn complete(&self, record: &mut Value, filling: &Filling<'_>) {
        let added: Vec<&str> =
            self.contract.operations.iter().flat_map(|o| &o.clause.expands).map(|e| e.adds.as_str()).collect();
        for (name, _, form) in self.form.fields() {
            let pointer = format!("/{}", crate::document::escape(name));
            if record.pointer(&pointer).is_some() || added.contains(&pointer.as_str()) {
                continue;
            }
            for attempt in 0..8 {
                let optionals = if attempt == 0 { Optionals::All } else { Optionals::Mixed };
                let other = Filling { hash: filling.hash ^ (attempt << 40), optionals, ..filling.clone() };
                let mut fuller = record.clone();
                super::exchange::set_at(&mut fuller, &pointer, form.plain(&other));
                if self.judge(&fuller, filling.i).is_ok() && self.reads_first(&fuller) {
                    *record = fuller;
                    break;
                }
            }
        }
    }

    /// Whether every group of rules is read in its first way: one reading has to hold for all records.
    fn reads_first(&self, record: &Value) -> bool {
        let Some(shape) = self.shape else { return true };
        let mut first = true;
        self.contract.shapes.visit(shape, record, &mut |_: &str, value: &Value, shapes: &[&Shape]| {
            let scope = Scope::new(&[("self", value)]);
            let mut known: Vec<&str> = Vec::new();
            for rule in shapes.iter().flat_map(|shape| &shape.rules) {
                let Some(group) = rule.clause.group.as_deref() else { continue };
                if known.contains(&group) {
                    continue;
                }
                known.push(group);
                let asked = rule.when.as_ref().is_none_or(|when| when.truth_in(&scope) == Truth::Holds);
                first &= !asked || rule.rule.truth_in(&scope) != Truth::Broken;
            }
        });
        first
    }

    /// Refuses a record that breaks its schema or a rule.
    fn judge(&self, record: &Value, i: usize) -> Result<(), MockError> {
        if let Some(checker) = self.contract.checker(&self.schema)
            && !checker.is_valid(record)
        {
            let error = checker.errors(record, 1).into_iter().next();
            let (pointer, expected) = error.map(|e| (e.pointer, e.expected)).unwrap_or_default();
            return Err(MockError::Unlawful {
                resource: self.name.to_owned(),
                record: i,
                pointer: Some(pointer.clone()).filter(|pointer| !pointer.is_empty()),
                reason: format!("`{pointer}` is not {expected}"),
            });
        }
        match self.shape.and_then(|shape| broken_rule(self.contract, shape, record, &[])) {
            None => Ok(()),
            Some(rule) => Err(MockError::Unlawful {
                resource: self.name.to_owned(),
                record: i,
                pointer: None,
                reason: format!("it breaks the rule `{rule}`"),
            }),
        }
    }
}

/// Id of the first rule above note level that a body breaks; of a group, the first rule if none of them holds.
pub(crate) fn broken_rule(
    contract: &Contract,
    shape: ShapeId,
    body: &Value,
    variables: &[(&str, &Value)],
) -> Option<String> {
    let mut broken: Option<String> = None;
    contract.shapes.visit(shape, body, &mut |_: &str, value: &Value, shapes: &[&Shape]| {
        if broken.is_some() || !value.is_object() {
            return;
        }
        if shapes.iter().all(|shape| shape.rules.is_empty()) {
            return;
        }
        let mut bound: Vec<(&str, &Value)> = vec![("self", value)];
        bound.extend_from_slice(variables);
        let scope = Scope::new(&bound);
        for rules in shapes.iter().map(|shape| &shape.rules) {
            let mut groups: BTreeMap<&str, (bool, &Rule)> = BTreeMap::new();
            for rule in rules.iter().filter(|rule| rule.clause.about.level(false, Level::Deny) > Level::Note) {
                if rule.when.as_ref().is_some_and(|when| when.truth_in(&scope) != Truth::Holds) {
                    continue;
                }
                let holds = rule.rule.truth_in(&scope) != Truth::Broken;
                match &rule.clause.group {
                    Some(group) => {
                        let entry = groups.entry(group).or_insert((false, rule));
                        entry.0 |= holds;
                    }
                    None if !holds => broken = broken.take().or_else(|| Some(rule.clause.id.clone())),
                    None => {}
                }
            }
            let unread = groups.values().find(|(holds, _)| !holds);
            broken = broken.take().or_else(|| unread.map(|(_, rule)| rule.clause.id.clone()));
        }
    });
    broken
}
