//! One exchange, judged against what the document says of a single answer: the facts that passive checks speak from.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::around::Around;
use super::bodies::{Bodies, Known};
use super::exhibit;
use super::look::{Looks, Tally, look};
use super::page::PageFacts;
use super::strict_json;
use crate::case::Call;
use crate::contract::semantics::Lists;
use crate::contract::{Contract, Operation, SchemaError, is_json};
use crate::excerpt::Kept;
use crate::exchange::{Answer, Exchange, Failure, Sent, Waited};

/// Most errors kept of one answer: the rest says the same again.
const MOST_ERRORS: usize = 200;
/// Bytes of a body that is no JSON kept for a look.
const EXCERPT: usize = 16 * 1024;

/// What is wrong with a body that is JSON but for its first bytes.
const BYTE_ORDER_MARK: &str = "a byte order mark before the JSON, which RFC 8259, section 8.1, forbids";

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
    /// A recording lacks the body that came.
    Unseen,
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
    pub waited: Vec<Waited>,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// Whether a cache on the way answered: for how long it may go on to show the same, as far as the answer says.
    pub cached: Option<Duration>,
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
    pub json: Option<Arc<Value>>,
    /// What another run made of the same body.
    pub known: Option<Arc<Known>>,
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
            self.kept = Kept::of_page(&body, items, wanted.iter().copied().chain(blamed));
        }
    }

    /// Whether anything in the body may have to be shown: what is wrong by itself, and readings that another body may contradict.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        !(self.schema_errors.is_empty()
            && self.rule_breaks.is_empty()
            && self.readings.is_empty()
            && self.undeclared.is_empty()
            && self.unknown_values.is_empty()
            && self.integral_fractions.is_empty())
    }
}

/// Reduces an exchange to what is judged. Pure: a recording gives the same as a live run.
///
/// `looks` saves looking again at records that were seen before; it changes nothing in what is seen.
#[must_use]
pub fn observe(
    contract: &Contract,
    operation: &Operation,
    call: Call,
    exchange: Exchange,
    looks: &Looks,
) -> Observation {
    let mut seen = Observation {
        call,
        sent: exchange.sent,
        status: None,
        failure: None,
        waited: exchange.waited,
        content_type: None,
        cached: None,
        headers: Vec::new(),
        declared: true,
        media: MediaSeen::Declared,
        bytes: 0,
        excerpt: None,
        json: None,
        known: None,
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
    seen.cached = cached(&answer);
    seen.headers = exhibit::telling_headers(&answer);
    // What answers another method than the declared one is described by nothing.
    if seen.call.method.is_some() {
        return seen;
    }
    let head_only = seen.sent.method == "HEAD";
    let response = operation.response(answer.status);
    seen.declared = response.is_some();
    let media = if head_only { None } else { judge_media(&mut seen, response) };
    let says_json = seen.content_type.as_deref().is_none_or(is_json);
    let packed = answer.header("content-encoding").filter(|coding| !coding.eq_ignore_ascii_case("identity"));
    let schema = media.and_then(|media| media.schema.as_deref());
    let around = Around::of(contract, operation, &seen.sent, &answer);
    let memory = (looks.remembers() && packed.is_none() && says_json)
        .then(|| Bodies::key(operation, answer.status, schema, &around, &answer.body));
    if memory.is_some_and(|key| looks.recall(key, &mut seen)) {
        keep_rest(operation, &answer, &mut seen);
        return seen;
    }
    if let Some(coding) = packed.filter(|_| says_json && !answer.body.is_empty()) {
        seen.broken_json = Some(format!("a body that cannot be unpacked as its content-encoding says: {coding}"));
    } else if (says_json || answer.status < 400) && !answer.body.is_empty() {
        match strict_json::read(&answer.body) {
            Ok(strict) => {
                seen.repeated_names = strict.repeated;
                seen.broken_json = (strict.marked && says_json).then(|| BYTE_ORDER_MARK.to_owned());
                seen.json = Some(Arc::new(strict.value));
            }
            Err(why) if why.starts_with(strict_json::TOO_DEEP) => {
                seen.failure = Some(Failure::Beyond { status: seen.status, why: strict_json::TOO_DEEP.to_owned() });
                return seen;
            }
            Err(why) if says_json => seen.broken_json = Some(why),
            Err(_) => {}
        }
    }
    if let Some(body) = seen.json.clone() {
        judge_body(contract, operation, schema, &answer, &body, &mut seen, looks);
        if let Some(schema) = schema {
            look(contract, operation, schema, &body, &mut seen, (looks, &around));
        }
        if let Some(key) = memory {
            looks.remember(key, &seen);
        }
    }
    keep_rest(operation, &answer, &mut seen);
    seen
}

/// For how long a cache that answered may show the same: `Age` says that there is one (RFC 9111, section 5.1), and the
/// lifetime stands in `Cache-Control`, be it for shared caches alone, or in `Expires`.
fn cached(answer: &Answer) -> Option<Duration> {
    let age: u64 = answer.header("age")?.trim().parse().ok()?;
    let control = answer.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    let of = |name: &str| {
        let mut parts = control.split(',').filter_map(|part| part.trim().split_once('='));
        parts.find(|(known, _)| *known == name).and_then(|(_, value)| value.trim_matches('"').parse::<u64>().ok())
    };
    let moment = |name: &str| {
        let text = answer.header(name)?;
        Some(jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(text.trim()).ok()?.timestamp().as_second())
    };
    let expires = || u64::try_from(moment("expires")? - moment("date")?).ok();
    let fresh = of("s-maxage").or_else(|| of("max-age")).or_else(expires).unwrap_or(age);
    Some(Duration::from_secs(fresh + of("stale-while-revalidate").unwrap_or_default()))
}

/// What is read beside the body's own judgement: the envelope of a page, and the start of what may have to be shown.
fn keep_rest(operation: &Operation, answer: &Answer, seen: &mut Observation) {
    if seen.json.is_none() || answer.status >= 400 {
        let start = &answer.body[..answer.body.len().min(EXCERPT)];
        seen.excerpt = Some(String::from_utf8_lossy(start).into_owned());
    }
    if let (Some(body), Some(lists)) = (&seen.json, &operation.clause.lists)
        && (200..300).contains(&answer.status)
    {
        seen.page = Some(PageFacts::read(lists, answer, body));
    }
}

/// Whether a body fits its schema, and whether the client can read it. The same bytes are judged once.
fn judge_body(
    contract: &Contract,
    operation: &Operation,
    schema: Option<&str>,
    answer: &Answer,
    body: &Value,
    seen: &mut Observation,
    looks: &Looks,
) {
    let key = Looks::body_key(operation, answer.status, schema.unwrap_or_default(), &answer.body);
    if let Some(by_client) = looks.fits(key) {
        seen.client = by_client.then_some(Ok(()));
        return;
    }
    if contract.has_client && (200..300).contains(&answer.status) {
        seen.client = crate::client::decode(&contract.name, &operation.id, answer.status, &answer.body);
    }
    if let Some(checker) = schema.and_then(|schema| contract.checker(schema)) {
        seen.schema_errors = checker.errors(body, MOST_ERRORS);
    }
    if seen.schema_errors.is_empty() && !matches!(seen.client, Some(Err(_))) {
        looks.keep_fitting(key, seen.client.is_some());
    }
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

/// The records of a page's body.
#[must_use]
pub fn records<'a>(lists: &Lists, body: &'a Value) -> Vec<&'a Value> {
    lists.records(body)
}
