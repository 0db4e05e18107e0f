//! A contract made ready for serving: routes, validators of what comes in, skeletons of what goes out.
//!
//! Built once per document and kept, so that a hundred servers of one contract start in no time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::MockError;
use super::exchange::set_at;
use super::form::{Filling, Form, Optionals, Roles};
use super::population::{Census, Population};
use crate::contract::semantics::{Clause, Entry, Expand, Lists, Reads, Spot};
use crate::contract::{Checker, Contract, Expression, Operation, Parameter, Schemas};

/// A contract, ready to be served.
#[derive(Debug)]
pub(crate) struct Blueprint {
    pub(crate) contract: Arc<Contract>,
    /// Path prefix of the first server, without a trailing slash.
    pub(crate) prefix: String,
    /// One per operation, in the same order.
    pub(crate) routes: Vec<Route>,
    populations: Mutex<HashMap<Census, Arc<Population>>>,
}

/// An operation, ready to be served.
#[derive(Debug)]
pub(crate) struct Route {
    segments: Vec<Segment>,
    /// One per parameter, in the same order; `None` where the schema says nothing.
    pub(crate) parameters: Vec<Option<Checker>>,
    pub(crate) body: Option<Checker>,
    /// Rules of filters, by index; their text is CEL.
    pub(crate) rules: Vec<Option<Arc<Expression>>>,
    /// An empty page, spots not yet filled in.
    pub(crate) envelope: Value,
    /// What the token spot holds when there is no token: null, nothing, or empty text.
    pub(crate) no_token: Option<Value>,
    /// The same for the number of the next page.
    pub(crate) no_next_number: Option<Value>,
    /// What stands around each record of a list; null where nothing does.
    pub(crate) item: Value,
    /// Entries of arrays in the envelope that clauses speak about, but for what those put there.
    entries: Vec<(Entry, Value)>,
    /// Media type of success.
    pub(crate) media: String,
    /// What each expansion adds that is a record of no resource, by index.
    pub(crate) additions: Vec<Option<Value>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Parameter { name: String, before: String, after: String },
}

static KEPT: Mutex<Vec<(String, Arc<Blueprint>)>> = Mutex::new(Vec::new());
const KEEP: usize = 8;

/// Literal segments of a route, its index, and the path parameters that it would take.
type Candidate = (usize, usize, Vec<(String, String)>);

impl Blueprint {
    /// The blueprint of a contract: the one made before, if the text is the same.
    ///
    /// # Errors
    /// When a schema of a parameter or a rule of a filter cannot be compiled.
    pub(crate) fn of(contract: &Arc<Contract>) -> Result<Arc<Self>, MockError> {
        let id = format!("{} {}", contract.name, contract.hash());
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, blueprint)) = kept.iter().find(|(known, _)| *known == id) {
            return Ok(Arc::clone(blueprint));
        }
        let blueprint = Arc::new(Self::new(Arc::clone(contract))?);
        if kept.len() >= KEEP {
            kept.remove(0);
        }
        kept.push((id, Arc::clone(&blueprint)));
        Ok(blueprint)
    }

    fn new(contract: Arc<Contract>) -> Result<Self, MockError> {
        let schemas = Schemas::new(contract.document.root()).map_err(|error| MockError::hint(&contract, "", error))?;
        let routes = contract
            .operations
            .iter()
            .map(|operation| Route::new(&contract, &schemas, operation))
            .collect::<Result<_, _>>()?;
        Ok(Self { prefix: prefix(&contract), contract, routes, populations: Mutex::default() })
    }

    /// The records of a census: those grown before, if there are any.
    ///
    /// # Errors
    /// As [`Population::grow`].
    pub(crate) fn population(&self, census: &Census) -> Result<Arc<Population>, MockError> {
        let mut grown = self.populations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(population) = grown.get(census) {
            return Ok(Arc::clone(population));
        }
        let population = Arc::new(Population::grow(&self.contract, census)?);
        if grown.len() >= KEEP {
            grown.clear();
        }
        grown.insert(census.clone(), Arc::clone(&population));
        Ok(population)
    }

    /// The operation that a request means, with its path parameters.
    pub(crate) fn find(&self, method: &str, path: &str, decode: Decode) -> Found {
        let Some(path) = path.strip_prefix(self.prefix.as_str()) else { return Found::Nothing };
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let mut allowed = Vec::new();
        let mut best: Option<Candidate> = None;
        for (index, route) in self.routes.iter().enumerate() {
            let Some((literals, values)) = route.matches(&parts, decode) else { continue };
            let operation = &self.contract.operations[index];
            allowed.push((operation.method.as_str(), index));
            if operation.method == method && best.as_ref().is_none_or(|(most, ..)| literals > *most) {
                best = Some((literals, index, values));
            }
        }
        match best {
            Some((_, index, values)) => Found::Operation(index, values),
            None if allowed.is_empty() => Found::Nothing,
            None => Found::OtherMethods {
                allow: allowed.iter().map(|(method, _)| *method).collect::<Vec<_>>().join(", "),
                near: allowed[0].1,
            },
        }
    }
}

/// How the path parameters are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decode {
    /// As the standard says.
    Properly,
    /// Left as they came.
    Not,
    /// Up to the first encoded slash.
    CutAtSlash,
    /// Twice.
    Twice,
}

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Found {
    Operation(usize, Vec<(String, String)>),
    OtherMethods { allow: String, near: usize },
    Nothing,
}

impl Route {
    fn new(contract: &Arc<Contract>, schemas: &Schemas, operation: &Operation) -> Result<Self, MockError> {
        let check = |pointer: &str| -> Result<Checker, MockError> {
            schemas.checker(pointer).map_err(|error| MockError::hint(contract, pointer, error))
        };
        let mut parameters = Vec::new();
        for parameter in &operation.parameters {
            parameters.push(if parameter.schema.is_object() {
                Some(check(&format!("{}/schema", parameter.pointer))?)
            } else {
                None
            });
        }
        let body = operation.body.as_ref().map(|body| check(&body.schema)).transpose()?;
        let lists = operation.clause.lists.as_ref();
        let mut rules = Vec::new();
        for (name, filter) in lists.into_iter().flat_map(|lists| &lists.filters) {
            rules.push(match &filter.rule {
                Some(text) => {
                    let pointer = format!("{}/x-contract/lists/filters/{name}/rule", operation.pointer);
                    Some(contract.expression(text).map_err(|error| MockError::hint(contract, &pointer, error))?)
                }
                None => None,
            });
        }
        let media = operation.success().and_then(|success| success.media.first());
        Ok(Self {
            segments: operation.path.split('/').skip(1).map(Segment::read).collect(),
            parameters,
            body,
            rules,
            envelope: match (lists, &operation.clause.reads) {
                (Some(lists), _) => envelope(contract, operation, lists)?,
                (None, Some(reads)) => wrapping(contract, operation, reads)?,
                (None, None) => Value::Null,
            },
            no_token: lists.and_then(|lists| no_token(contract, operation, lists)),
            no_next_number: lists.and_then(|lists| {
                nothing_at(contract, operation, lists.page.next_number.as_ref()?.spot.pointer()?, Value::Null)
            }),
            item: match lists {
                Some(lists) if !lists.item.is_empty() => around_record(contract, operation, lists)?,
                _ => Value::Null,
            },
            entries: match lists {
                Some(lists) => entries(contract, operation, lists)?,
                None => Vec::new(),
            },
            media: media.map_or_else(|| "application/json".to_owned(), |media| media.name.clone()),
            additions: operation
                .clause
                .expands
                .iter()
                .map(|expand| addition(contract, operation, expand))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Puts a value into the entry of an array that a clause speaks about.
    pub(crate) fn put_entry(&self, body: &mut Value, entry: &Entry, value: Value) {
        let Some((_, made)) = self.entries.iter().find(|(known, _)| known == entry) else { return };
        let Some(Value::Array(all)) = body.pointer_mut(&entry.array) else { return };
        // Several members of one entry may be spoken about.
        if let Some(known) = all.iter_mut().find(|known| entry.is(known)) {
            return set_at(known, &entry.member, value);
        }
        let mut made = made.clone();
        set_at(&mut made, &entry.member, value);
        all.push(made);
    }

    /// Number of literal segments and path values, if the path fits.
    fn matches(&self, parts: &[&str], decode: Decode) -> Option<(usize, Vec<(String, String)>)> {
        if parts.len() != self.segments.len() {
            return None;
        }
        let (mut literals, mut values) = (0, Vec::new());
        for (segment, part) in self.segments.iter().zip(parts) {
            let decoded = percent_decode_str(part).decode_utf8_lossy().into_owned();
            match segment {
                Segment::Literal(text) if *text == decoded => literals += 1,
                Segment::Literal(_) => return None,
                Segment::Parameter { name, before, after } => {
                    let inner = decoded.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
                    if inner.is_empty() {
                        return None;
                    }
                    let value = match decode {
                        Decode::Properly => inner.to_owned(),
                        Decode::Not => (*part).to_owned(),
                        Decode::Twice => percent_decode_str(inner).decode_utf8_lossy().into_owned(),
                        Decode::CutAtSlash => inner.split('/').next().unwrap_or_default().to_owned(),
                    };
                    values.push((name.clone(), value));
                }
            }
        }
        Some((literals, values))
    }
}

impl Segment {
    fn read(text: &str) -> Self {
        let parts =
            text.split_once('{').and_then(|(before, rest)| rest.split_once('}').map(|(n, after)| (before, n, after)));
        match parts {
            Some((before, name, after)) => {
                Self::Parameter { name: name.to_owned(), before: before.to_owned(), after: after.to_owned() }
            }
            None => Self::Literal(percent_decode_str(text).decode_utf8_lossy().into_owned()),
        }
    }
}

/// Path of the first server: `/api/v1` of `https://host/api/v1/`.
fn prefix(contract: &Contract) -> String {
    let url = contract.document.at("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    };
    if path.contains('{') { String::new() } else { path.trim_end_matches('/').to_owned() }
}

/// Every clause of a page that stands in the body.
pub(crate) fn spots(lists: &Lists) -> Vec<&Clause> {
    let page = &lists.page;
    [&page.more, &page.count, &page.total, &page.remaining, &page.size_echo, &page.offset_echo]
        .into_iter()
        .chain([&page.pages, &page.next_number])
        .flatten()
        .collect()
}

/// A page without records: required members that no clause speaks about are made up.
fn envelope(contract: &Contract, operation: &Operation, lists: &Lists) -> Result<Value, MockError> {
    if lists.items.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    let Some(schema) = contract.success_schema(operation) else { return Ok(Value::Object(Map::new())) };
    let mut owned: Vec<String> = vec![lists.items.clone()];
    let next = lists.page.next.as_ref().and_then(|next| next.spot.as_ref());
    let in_body = || spots(lists).into_iter().map(|clause| &clause.spot).chain(next);
    let arrays = || entries_of(in_body()).map(|entry| entry.array.clone());
    owned.extend(in_body().filter_map(|spot| spot.pointer().map(str::to_owned)).chain(arrays()));
    let mut body = bones(contract, schema, &owned)?;
    arrays().for_each(|array| set_at(&mut body, &array, Value::Array(Vec::new())));
    set_at(&mut body, &lists.items, Value::Array(Vec::new()));
    Ok(body)
}

fn entries_of<'a>(spots: impl Iterator<Item = &'a Spot>) -> impl Iterator<Item = &'a Entry> {
    spots.filter_map(|spot| match spot {
        Spot::Entry(entry) => Some(entry),
        Spot::Pointer(_) | Spot::Header { .. } => None,
    })
}

/// The entries of arrays that clauses speak about: what tells them from others, and their other required members.
fn entries(contract: &Contract, operation: &Operation, lists: &Lists) -> Result<Vec<(Entry, Value)>, MockError> {
    let next = lists.page.next.as_ref().and_then(|next| next.spot.as_ref());
    let mut found = Vec::new();
    for entry in entries_of(spots(lists).into_iter().map(|clause| &clause.spot).chain(next)) {
        let schema = contract.field_pointer(operation, &format!("{}/0", entry.array));
        let owned: Vec<String> = entry.marks().map(|(at, _)| at).chain([entry.member.clone()]).collect();
        let mut made = schema.map_or_else(|| Ok(Value::Null), |schema| bones(contract, &schema, &owned))?;
        entry.marks().for_each(|(at, value)| set_at(&mut made, &at, value.clone()));
        found.push((entry.clone(), made));
    }
    Ok(found)
}

/// What stands around each record of a list: required members beside it are made up.
fn around_record(contract: &Contract, operation: &Operation, lists: &Lists) -> Result<Value, MockError> {
    let schema = contract.field_pointer(operation, &format!("{}/0", lists.items));
    let mut item =
        schema.map_or_else(|| Ok(Value::Null), |schema| bones(contract, &schema, std::slice::from_ref(&lists.item)))?;
    set_at(&mut item, &lists.item, Value::Null);
    Ok(item)
}

/// What stands around a record that is read: required members beside it are made up; null where nothing does.
fn wrapping(contract: &Contract, operation: &Operation, reads: &Reads) -> Result<Value, MockError> {
    match contract.success_schema(operation) {
        Some(schema) if !reads.item.is_empty() => bones(contract, schema, std::slice::from_ref(&reads.item)),
        _ => Ok(Value::Null),
    }
}

/// What an expansion adds that names no resource and is no record of the operation's own either: its schema, filled in.
fn addition(contract: &Contract, operation: &Operation, expand: &Expand) -> Result<Option<Value>, MockError> {
    let item = match (&operation.clause.lists, &operation.clause.reads) {
        (Some(lists), _) => lists.place(0),
        (None, Some(reads)) => reads.item.clone(),
        (None, None) => return Ok(None),
    };
    let Some(pointer) = contract.field_pointer(operation, &format!("{item}{}", expand.adds)) else { return Ok(None) };
    if expand.resource.is_some() {
        return Ok(None);
    }
    let form = Form::read(contract, &pointer, Roles { key: "/", tenant: "/" })
        .map_err(|(pointer, message)| MockError::hint(contract, &pointer, message))?;
    Ok(Some(form.plain(&nobody())))
}

/// For nobody in particular: what stands around records.
fn nobody() -> Filling<'static> {
    Filling {
        hash: 0,
        i: 0,
        n: 1,
        tenant: "",
        keys: std::rc::Rc::default(),
        optionals: Optionals::None,
        style: 0,
        until: None,
    }
}

/// The required members of a body, and those at the pointers of `owned`, which stay empty.
fn bones(contract: &Contract, schema: &str, owned: &[String]) -> Result<Value, MockError> {
    let form = Form::read(contract, schema, Roles { key: "/", tenant: "/" })
        .map_err(|(pointer, message)| MockError::hint(contract, &pointer, message))?;
    let mut body = Value::Object(Map::new());
    skeleton(&form, "", owned, &nobody(), &mut body);
    Ok(body)
}

fn skeleton(form: &Form, at: &str, owned: &[String], filling: &Filling<'_>, body: &mut Value) {
    for (name, required, inner) in form.fields() {
        let pointer = format!("{at}/{}", crate::document::escape(name));
        let inside = format!("{pointer}/");
        if owned.contains(&pointer) {
            set_at(body, &pointer, Value::Null);
        } else if owned.iter().any(|spot| spot.starts_with(&inside)) {
            skeleton(inner, &pointer, owned, filling, body);
        } else if required {
            set_at(body, &pointer, inner.plain(filling));
        }
    }
}

/// What stands in the spot of the token when there is none.
fn no_token(contract: &Contract, operation: &Operation, lists: &Lists) -> Option<Value> {
    nothing_at(contract, operation, lists.page.next.as_ref()?.spot.as_ref()?.pointer()?, Value::from(""))
}

/// What stands in a spot where there is nothing to say: null, nothing, or else what is given.
fn nothing_at(contract: &Contract, operation: &Operation, spot: &str, otherwise: Value) -> Option<Value> {
    let (parent, name) = spot.rsplit_once('/')?;
    let body = contract.shapes.find(&contract.resolve(contract.success_schema(operation)?).0)?;
    let required = contract.shapes.at(body, parent).is_some_and(|shape| {
        contract.shapes.with_parts(shape).iter().any(|part| part.required.iter().any(|known| known == name))
    });
    let pointer = contract.field_pointer(operation, spot)?;
    let nullable = contract.document.at(&format!("{pointer}/nullable")) == Some(&Value::Bool(true));
    match (nullable, required) {
        (true, _) => Some(Value::Null),
        (false, true) => Some(otherwise),
        (false, false) => None,
    }
}

/// A sent value as the type that a parameter's schema asks for; left as text where it does not fit.
pub(crate) fn typed(parameter: &Parameter, values: &[Value]) -> Value {
    let kind = |schema: &Value| schema.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let scalar = |kind: &str, value: &Value| -> Value {
        let text = value.as_str().unwrap_or_default();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match kind {
            "integer" if whole => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
            "number" => serde_json::from_str::<serde_json::Number>(text).map_or_else(|_| value.clone(), Value::Number),
            "boolean" => text.parse::<bool>().map_or_else(|_| value.clone(), Value::Bool),
            _ => value.clone(),
        }
    };
    if kind(&parameter.schema) == "array" {
        let item = parameter.schema.get("items").map(kind).unwrap_or_default();
        let parts: Vec<Value> = if parameter.explode {
            values.to_vec()
        } else {
            let joined = values.first().and_then(Value::as_str).unwrap_or_default();
            joined.split(',').map(Value::from).collect()
        };
        return Value::Array(parts.iter().map(|part| scalar(&item, part)).collect());
    }
    values.first().map_or(Value::Null, |value| scalar(&kind(&parameter.schema), value))
}
