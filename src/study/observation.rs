//! One exchange, judged against what the document says of a single answer: the facts that passive checks speak from.

use std::collections::BTreeMap;

use serde_json::Value;

use super::exhibit;
use super::page::PageFacts;
use super::strict_json;
use crate::case::Call;
use crate::contract::semantics::Lists;
use crate::contract::{Contract, Operation, SchemaError, Scope, Shape, ShapeId, Truth, is_json};
use crate::excerpt::Kept;
use crate::exchange::{Exchange, Failure, Sent};

/// Most errors kept of one answer: the rest says the same again.
const MOST_ERRORS: usize = 200;
/// Bytes of a body that is no JSON kept for a look.
const EXCERPT: usize = 16 * 1024;

/// Whether the media type was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaSeen {
    /// Declared, or no body and none declared.
    Declared,
    /// Another one than declared.
    Other {
        /// What came.
        got: String,
        /// What is declared.
        declared: Vec<String>,
    },
    /// No `Content-Type` although there is a body.
    Missing,
    /// A body is declared, but none came.
    NoBody,
}

/// A rule that a record breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleBreak {
    /// Id of the rule.
    pub rule: String,
    /// Pointer to the rule in the document.
    pub rule_pointer: String,
    /// Pointer to the object in the body.
    pub pointer: String,
}

/// How a record reads a group of rules: the ids of those that hold and those that do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Name of the group.
    pub group: String,
    /// Ids that hold.
    pub holds: Vec<String>,
    /// Ids that were asked and do not hold.
    pub broken: Vec<String>,
    /// Pointer to the object in the body.
    pub pointer: String,
    /// Pointer to the first rule of the group in the document.
    pub rule_pointer: String,
}

/// What is known of one answer.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The planned request.
    pub call: Call,
    /// The request as sent, masked.
    pub sent: Sent,
    /// Status, of the head at least.
    pub status: Option<u16>,
    /// Why no whole answer came.
    pub failure: Option<Failure>,
    /// Answers that asked for patience before.
    pub waited: Vec<u16>,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// Headers that a finding may show.
    pub headers: Vec<(String, String)>,
    /// Whether the status is declared.
    pub declared: bool,
    /// Whether the media type is.
    pub media: MediaSeen,
    /// Bytes of the body.
    pub bytes: usize,
    /// Start of a body that is no JSON, or of any error body.
    pub excerpt: Option<String>,
    /// The body; dropped from pages once they are judged.
    pub json: Option<Value>,
    /// What is left of a body that was dropped, for the findings about it.
    pub kept: Option<Kept>,
    /// Why the body is no JSON although it says so.
    pub broken_json: Option<String>,
    /// Member names that occur twice in one object.
    pub repeated_names: Vec<String>,
    /// Where the body breaks its schema.
    pub schema_errors: Vec<SchemaError>,
    /// Rules that do not hold.
    pub rule_breaks: Vec<RuleBreak>,
    /// How many rules were asked.
    pub rules_asked: usize,
    /// How groups of rules read, each distinct reading once.
    pub readings: Vec<Reading>,
    /// Pointers of members that nobody declared.
    pub undeclared: Vec<String>,
    /// Values outside a list of known ones: pointer and schema pointer.
    pub unknown_values: Vec<(String, String)>,
    /// Integers written with a fraction: pointers.
    pub integral_fractions: Vec<String>,
    /// Enumerations judged: how many values.
    pub enums_judged: usize,
    /// The envelope, if this is a page.
    pub page: Option<PageFacts>,
    /// Whether the generated client can read it; `None` where there is none, or for errors.
    pub client: Option<Result<(), String>>,
    /// What of the contract this answer shows: see [`Tally`].
    pub tally: Tally,
}

/// Counts of what an answer shows: enumeration members, optional members present and absent.
///
/// Keys are `(kind, schema pointer, name)`.
pub type Tally = BTreeMap<(&'static str, String, String), u64>;

impl Observation {
    /// Whether a whole answer with a 2xx status came.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.failure.is_none() && self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether the request itself was never judged by the target: stopped, or not sendable.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        matches!(self.failure, Some(Failure::Stopped(_) | Failure::Unsendable(_) | Failure::Connect(_)))
    }

    /// Drops the body of a page but for its envelope and a few records; those at `wanted` are among them.
    pub fn lighten(&mut self, items: &str, wanted: &[usize]) {
        if let Some(body) = self.json.take() {
            let blamed = exhibit::blamed_items(self, items);
            self.kept = Kept::of_page(body, items, wanted.iter().copied().chain(blamed));
        }
    }

    /// Whether anything in the body was found wrong by itself.
    #[must_use]
    pub fn is_blamed(&self) -> bool {
        !(self.schema_errors.is_empty()
            && self.rule_breaks.is_empty()
            && self.readings.is_empty()
            && self.undeclared.is_empty()
            && self.unknown_values.is_empty()
            && self.integral_fractions.is_empty())
    }
}

/// Reduces an exchange to what is judged. Pure: a recording gives the same as a live run.
#[must_use]
pub fn observe(contract: &Contract, operation: &Operation, call: Call, exchange: Exchange) -> Observation {
    let mut seen = Observation {
        call,
        sent: exchange.sent,
        status: None,
        failure: None,
        waited: exchange.waited,
        content_type: None,
        headers: Vec::new(),
        declared: true,
        media: MediaSeen::Declared,
        bytes: 0,
        excerpt: None,
        json: None,
        kept: None,
        broken_json: None,
        repeated_names: Vec::new(),
        schema_errors: Vec::new(),
        rule_breaks: Vec::new(),
        rules_asked: 0,
        readings: Vec::new(),
        undeclared: Vec::new(),
        unknown_values: Vec::new(),
        integral_fractions: Vec::new(),
        enums_judged: 0,
        page: None,
        client: None,
        tally: Tally::new(),
    };
    let answer = match exchange.outcome {
        Ok(answer) => answer,
        Err(failure) => {
            seen.status = failure.status();
            seen.failure = Some(failure);
            return seen;
        }
    };
    seen.status = Some(answer.status);
    seen.bytes = answer.body.len();
    seen.content_type = answer.header("content-type").map(str::to_owned);
    seen.headers = exhibit::telling_headers(&answer);
    let head_only = seen.sent.method == "HEAD";
    let response = operation.response(answer.status);
    seen.declared = response.is_some();
    let media = if head_only { None } else { judge_media(&mut seen, response) };
    let says_json = seen.content_type.as_deref().is_none_or(is_json);
    if (says_json || answer.status < 400) && !answer.body.is_empty() {
        match strict_json::read(&answer.body) {
            Ok(strict) => {
                seen.repeated_names = strict.repeated;
                seen.json = Some(strict.value);
            }
            Err(why) if says_json => seen.broken_json = Some(why),
            Err(_) => {}
        }
    }
    if seen.json.is_none() || answer.status >= 400 {
        let start = &answer.body[..answer.body.len().min(EXCERPT)];
        seen.excerpt = Some(String::from_utf8_lossy(start).into_owned());
    }
    if (200..300).contains(&answer.status) && seen.json.is_some() {
        seen.client = crate::client::decode(&contract.name, &operation.id, answer.status, &answer.body);
    }
    let Some(body) = seen.json.take() else { return seen };
    if let Some(schema) = media.and_then(|media| media.schema.clone()) {
        if let Some(checker) = contract.checker(&schema) {
            seen.schema_errors = checker.errors(&body, MOST_ERRORS);
        }
        let lawful_alternative = seen.schema_errors.is_empty();
        look(contract, &schema, &body, &mut seen, lawful_alternative);
    }
    if let Some(lists) = &operation.clause.lists
        && (200..300).contains(&answer.status)
    {
        seen.page = Some(PageFacts::read(lists, &answer, &body));
    }
    seen.json = Some(body);
    seen
}

/// The media type that applies, and whether it is a declared one.
fn judge_media<'a>(
    seen: &mut Observation,
    response: Option<&'a crate::contract::Response>,
) -> Option<&'a crate::contract::Media> {
    let response = response?;
    if response.media.is_empty() {
        return None;
    }
    if seen.bytes == 0 {
        seen.media = MediaSeen::NoBody;
        return None;
    }
    let Some(got) = &seen.content_type else {
        seen.media = MediaSeen::Missing;
        return response.media.first();
    };
    let media = response.media_for(got);
    if media.is_none() {
        let declared = response.media.iter().map(|media| media.name.clone()).collect();
        seen.media = MediaSeen::Other { got: crate::contract::essence(got), declared };
    }
    media
}

/// Visits the body with its shapes: rules, undeclared members, known values, coverage.
fn look(contract: &Contract, schema: &str, body: &Value, seen: &mut Observation, lawful: bool) {
    let Some(id) = contract.shapes.find(&contract.resolve(schema).0) else { return };
    let request = request_value(seen);
    let response = serde_json::json!({ "status": seen.status, "headers": {} });
    visit(contract, id, body, (&request, &response), seen, lawful);
}

fn visit(
    contract: &Contract,
    id: ShapeId,
    body: &Value,
    (request, response): (&Value, &Value),
    seen: &mut Observation,
    lawful: bool,
) {
    let mut undeclared: BTreeMap<String, String> = BTreeMap::new();
    contract.shapes.visit(id, body, &mut |pointer, value, shapes| {
        if shapes.iter().any(|shape| !shape.rules.is_empty()) {
            let scope = Scope::new(&[("self", value), ("request", request), ("response", response)]);
            for shape in shapes.iter().filter(|shape| !shape.rules.is_empty()) {
                ask_rules(shape, pointer, &scope, seen);
            }
        }
        for shape in shapes {
            look_at_scalar(shape, pointer, value, seen);
        }
        if let Value::Object(members) = value {
            for name in members.keys() {
                let known = shapes.iter().any(|shape| shape.members.contains_key(name) || shape.open.is_some());
                if !known {
                    let shape = shapes.first().map(|shape| shape.pointer.clone()).unwrap_or_default();
                    let at = format!("{pointer}/{}", crate::document::escape(name));
                    undeclared.entry(format!("{shape} {name}")).or_insert(at);
                }
            }
            for shape in shapes {
                for (name, _) in &shape.members {
                    if !shape.required.contains(name) {
                        let how = if members.contains_key(name) { "present" } else { "absent" };
                        *seen.tally.entry(("optional", shape.pointer.clone(), format!("{name} {how}"))).or_default() +=
                            1;
                    }
                }
            }
        }
    });
    if lawful || seen.schema_errors.len() < MOST_ERRORS {
        seen.undeclared = undeclared.into_values().collect();
    }
}

fn look_at_scalar(shape: &Shape, pointer: &str, value: &Value, seen: &mut Observation) {
    if !shape.options.is_empty() && !value.is_null() {
        seen.enums_judged += 1;
        if shape.options.contains(value) {
            *seen.tally.entry(("enum", shape.pointer.clone(), plain(value))).or_default() += 1;
        }
    }
    if !shape.known.is_empty() && !value.is_null() {
        if shape.known.contains(value) {
            *seen.tally.entry(("enum", shape.pointer.clone(), plain(value))).or_default() += 1;
        } else if seen.unknown_values.len() < 20 {
            seen.unknown_values.push((pointer.to_owned(), shape.pointer.clone()));
        }
    }
    if shape.integer && value.is_f64() && value.as_f64().is_some_and(|x| x.fract() == 0.0) {
        seen.integral_fractions.push(pointer.to_owned());
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn ask_rules(shape: &Shape, pointer: &str, scope: &Scope<'_>, seen: &mut Observation) {
    let mut readings: BTreeMap<&str, Reading> = BTreeMap::new();
    for rule in &shape.rules {
        if let Some(when) = &rule.when
            && when.truth_in(scope) != Truth::Holds
        {
            continue;
        }
        let truth = rule.rule.truth_in(scope);
        if let Truth::Undefined(_) = truth {
            continue;
        }
        seen.rules_asked += 1;
        let holds = truth == Truth::Holds;
        match &rule.clause.group {
            Some(group) => {
                let reading = readings.entry(group.as_str()).or_insert_with(|| Reading {
                    group: group.clone(),
                    holds: Vec::new(),
                    broken: Vec::new(),
                    pointer: pointer.to_owned(),
                    rule_pointer: rule.pointer.clone(),
                });
                if holds {
                    reading.holds.push(rule.clause.id.clone())
                } else {
                    reading.broken.push(rule.clause.id.clone())
                }
            }
            None if !holds => seen.rule_breaks.push(RuleBreak {
                rule: rule.clause.id.clone(),
                rule_pointer: rule.pointer.clone(),
                pointer: pointer.to_owned(),
            }),
            None => {}
        }
    }
    for reading in readings.into_values() {
        let known = seen
            .readings
            .iter()
            .any(|old| old.group == reading.group && old.holds == reading.holds && old.broken == reading.broken);
        if !known {
            seen.readings.push(reading);
        }
    }
}

/// The request as rules see it.
fn request_value(seen: &Observation) -> Value {
    use crate::contract::semantics::Slot;
    let mut query = serde_json::Map::new();
    let mut headers = serde_json::Map::new();
    for (slot, value) in &seen.call.values {
        match slot {
            Slot::Query(name) => query.insert(name.clone(), value.clone()),
            Slot::Header(name) => headers.insert(name.to_ascii_lowercase(), value.clone()),
            _ => None,
        };
    }
    serde_json::json!({ "method": seen.sent.method, "path": seen.call.operation, "query": query, "headers": headers })
}

/// The records of a page's body.
#[must_use]
pub fn records<'a>(lists: &Lists, body: &'a Value) -> &'a [Value] {
    body.pointer(&lists.items).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
