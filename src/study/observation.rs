//! One exchange, judged against what the document says of a single answer: the facts that passive checks speak from.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::around::Around;
use super::bodies::Remembered;
use super::body::BodyFacts;
use super::look::{Looks, look};
use super::page::PageFacts;
use super::{digest, exhibit, strict_json};
use crate::case::Call;
use crate::contract::semantics::Lists;
use crate::contract::{Contract, Operation, is_json};
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
    /// The same body as another run saw it, with what its records are reduced to.
    pub known: Option<Arc<Remembered>>,
    /// What is left of a body that was dropped, for the findings about it.
    pub kept: Option<Kept>,
    /// What it came to.
    pub body: Arc<BodyFacts>,
    /// The envelope, if this is a page.
    pub page: Option<PageFacts>,
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
            let blamed = self.body.blamed_items(items);
            self.kept = Kept::of_page(&body, items, wanted.iter().copied().chain(blamed));
        }
    }

    /// What is known before an answer is looked at.
    fn unanswered(call: Call, sent: Sent, waited: Vec<Waited>) -> Self {
        Self {
            call,
            sent,
            status: None,
            failure: None,
            waited,
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
            body: Arc::default(),
            page: None,
        }
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
    let mut seen = Observation::unanswered(call, exchange.sent, exchange.waited);
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
    read_body(contract, operation, media.and_then(|media| media.schema.as_deref()), &answer, &mut seen, looks);
    keep_rest(operation, &answer, &mut seen);
    seen
}

/// Reads and judges the body, unless another run has judged the same.
fn read_body(
    contract: &Contract,
    operation: &Operation,
    schema: Option<&str>,
    answer: &Answer,
    seen: &mut Observation,
    looks: &Looks,
) {
    let says_json = seen.content_type.as_deref().is_none_or(is_json);
    let packed = answer.header("content-encoding").filter(|coding| !coding.eq_ignore_ascii_case("identity"));
    let around = Around::of(contract, operation, &seen.sent, answer);
    let print = digest::of_body(&operation.id, answer.status, schema, &answer.body);
    let shared = (looks.remembers() && packed.is_none() && says_json)
        .then(|| digest::with(print, &around.request, &around.headers));
    if let Some(known) = shared.and_then(|print| looks.recall(print)) {
        (seen.json, seen.body) = (Some(Arc::clone(&known.json)), Arc::clone(&known.body));
        seen.known = Some(known);
        return;
    }
    let mut facts = BodyFacts::default();
    if let Some(coding) = packed.filter(|_| says_json && !answer.body.is_empty()) {
        facts.broken_json = Some(format!("a body that cannot be unpacked as its content-encoding says: {coding}"));
    } else if (says_json || answer.status < 400) && !answer.body.is_empty() {
        match strict_json::read(&answer.body) {
            Ok(strict) => {
                facts.repeated_names = strict.repeated;
                facts.broken_json = (strict.marked && says_json).then(|| BYTE_ORDER_MARK.to_owned());
                seen.json = Some(Arc::new(strict.value));
            }
            Err(why) if why.starts_with(strict_json::TOO_DEEP) => {
                seen.failure = Some(Failure::Beyond { status: seen.status, why: strict_json::TOO_DEEP.to_owned() });
                return;
            }
            Err(why) if says_json => facts.broken_json = Some(why),
            Err(_) => {}
        }
    }
    if let Some(body) = &seen.json {
        match looks.fits(print) {
            Some(by_client) => facts.client = by_client.then_some(Ok(())),
            None => {
                judge_body(contract, operation, schema, answer, body, &mut facts);
                if facts.schema_errors.is_empty() && !matches!(facts.client, Some(Err(_))) {
                    looks.keep_fitting(print, facts.client.is_some());
                }
            }
        }
        if let Some(schema) = schema {
            look(contract, operation, (schema, answer.status), body, &mut facts, (looks, &around));
        }
    }
    seen.body = Arc::new(facts);
    if let Some(print) = shared {
        looks.remember(print, seen);
    }
}

/// For how long a cache that answered may show the same: `Age` says that there is one (RFC 9111, section 5.1), and the
/// lifetime stands in `Cache-Control`, even if for shared caches alone, or in `Expires`.
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
    Some(Duration::from_secs(fresh.saturating_add(of("stale-while-revalidate").unwrap_or_default())))
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

/// Whether a body fits its schema, and whether the client can read it.
fn judge_body(
    contract: &Contract,
    operation: &Operation,
    schema: Option<&str>,
    answer: &Answer,
    body: &Value,
    facts: &mut BodyFacts,
) {
    if contract.has_client && (200..300).contains(&answer.status) {
        facts.client = crate::client::decode(&contract.name, &operation.id, answer.status, &answer.body);
    }
    if let Some(checker) = schema.and_then(|schema| contract.checker(schema)) {
        facts.schema_errors = checker.errors(body, MOST_ERRORS);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_a_fault_in_every_record_is_reduced_in_a_moment() {
        let records = 200_000;
        let unknown_values = (0..records).map(|index| (format!("/data/{index}/kind"), String::new())).collect();
        let mut seen = Observation::unanswered(Call::new("list"), Sent::default(), Vec::new());
        seen.json = Some(Arc::new(serde_json::json!({"data": vec![1; records]})));
        seen.body = Arc::new(BodyFacts { unknown_values, ..BodyFacts::default() });
        let started = std::time::Instant::now();
        seen.lighten("/data", &[7]);
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        let lines = seen.kept.expect("it is small enough").lines(None, true);
        assert!(lines.lines().count() < 20, "{lines}");
    }

    #[test]
    fn a_cache_says_for_how_long_it_shows_the_same() {
        let lifetime = |headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            cached(&Answer { status: 200, headers, body: bytes::Bytes::new() }).map(|lifetime| lifetime.as_secs())
        };
        for (headers, wanted) in [
            (&[("cache-control", "max-age=4")][..], None),
            (&[("age", "1"), ("cache-control", "max-age=4")], Some(4)),
            (&[("age", "1"), ("cache-control", "max-age=4, s-maxage=\"9\"")], Some(9)),
            (&[("age", "1"), ("cache-control", "max-age=4, stale-while-revalidate=5")], Some(9)),
            (&[("age", "3")], Some(3)),
            // More than a number holds.
            (
                &[("age", "0"), ("cache-control", "max-age=18446744073709551615, stale-while-revalidate=5")],
                Some(u64::MAX),
            ),
        ] {
            assert_eq!(lifetime(headers), wanted, "{headers:?}");
        }
    }
}
