//! A contract made ready for serving: routes, validators of what comes in, skeletons of what goes out.
//!
//! Built once per document and kept, so that a hundred servers of one contract start in no time.

mod bones;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use bones::is_required;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::MockError;
use super::ask::Refused;
use super::exchange::set_at;
use super::population::{Census, Population};
use crate::contract::semantics::{Clause, Entry, Lists};
use crate::contract::{Checker, Contract, Expression, Operation, Schemas};

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
    /// What the spot of the token or the next address takes.
    pub(crate) next: NextSpot,
    /// What the spot of the next page's number holds when there is none: null, or nothing.
    pub(crate) no_next_number: Option<Value>,
    /// What stands around each record of a list; null where nothing does.
    pub(crate) item: Value,
    /// Entries of arrays in the envelope that clauses speak about, but for what those put there.
    entries: Vec<(Entry, Value)>,
    /// Whether it documents a refusal: where it does not, and may choose, it serves.
    pub(crate) refuses: bool,
    /// Media type of success.
    pub(crate) media: String,
    /// What each expansion adds that is a record of no resource, by index.
    pub(crate) additions: Vec<Option<Value>>,
}

/// What the document lets stand in the spot of the token or the next address.
#[derive(Debug, Default)]
pub(crate) struct NextSpot {
    /// What it holds when nothing follows: null, nothing, or empty text.
    pub(crate) end: Option<Value>,
    /// Whether an address has to name its host: where the schema takes no relative one, as `format: uri` does not.
    pub(crate) absolute: bool,
    /// Whether tokens are numbers, in the answer or where they are sent: text would be no lawful one.
    pub(crate) counts: Counts,
    /// What means the first page, where the slot is never left out: a default, or the example of a required parameter.
    pub(crate) start: Option<String>,
}

/// Where tokens have to be numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Nowhere: any text will do.
    #[default]
    Nowhere,
    /// In the parameter that takes them; the answer shows them as text.
    WhereSent,
    /// In the answer, too.
    Everywhere,
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
                    Some(
                        contract
                            .expression(text)
                            .map_err(|error| MockError::hint(contract, &pointer, error.to_string()))?,
                    )
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
                (Some(lists), _) => bones::envelope(contract, operation, lists)?,
                (None, Some(reads)) => bones::wrapping(contract, operation, reads)?,
                (None, None) => Value::Null,
            },
            next: lists.map(|lists| bones::next_spot(contract, schemas, operation, lists)).unwrap_or_default(),
            no_next_number: lists.and_then(|lists| {
                let spot = lists.page.next_number.as_ref()?.spot.pointer()?;
                bones::nothing_at(contract, schemas, operation, spot, Value::Null)
            }),
            item: match lists {
                Some(lists) if !lists.item.is_empty() => bones::around_record(contract, operation, lists)?,
                _ => Value::Null,
            },
            entries: match lists {
                Some(lists) => bones::entries(contract, operation, lists)?,
                None => Vec::new(),
            },
            refuses: Refused::Invalid(String::new()).is_documented(contract, operation),
            media: media.map_or_else(|| "application/json".to_owned(), |media| media.name.clone()),
            additions: operation
                .clause
                .expands
                .iter()
                .map(|expand| bones::addition(contract, operation, expand))
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
