//! Proofs: what shows a break, in the words of the wire.
//!
//! A payload is shown whole, as the request or the answer of the first operation that it reaches. Where no whole can
//! be made that both documents' validators confirm, the part that changed is shown, and said to be one.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::api::{Api, Carrier, Root};
use super::change::Change;
use super::law::Direction;
use super::relation::{PairId, Prover};
use super::witness::{Surroundings, Whole, Wish};
use crate::document::text_of;
use crate::finding::Finding;

/// Most findings for which a payload is looked for.
const MAX_WITNESSES: usize = 120;
/// Most schemas that a thread looks at to put payloads into what surrounds them.
const MAX_SURROUNDINGS: usize = 12_000;
/// Longest part of a payload that is shown in full, in letters.
const SHOWN: usize = 300;
/// Longest whole that is shown in full, in letters; beyond it what is required but did not change is left out.
const MAX_WHOLE: usize = 480;
/// Most operations of which the one with the shortest payload is shown.
const MAX_ROOTS: usize = 3;

/// What a URL may hold as it is.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b',').remove(b':');

/// Fewest payloads for which a second thread is worth its start.
const MIN_SHARED: usize = 12;
/// The stack of the second thread.
const STACK: usize = 64 << 20;

/// A break that a payload is to show.
pub(super) struct Job {
    pub(super) pair: PairId,
    /// The schemas of operations by which it is reached, of [`Api::roots`].
    pub(super) roots: Vec<usize>,
    pub(super) change: Change,
}

/// The fact of a finding that says why a break of a schema has no proof.
pub(in crate::diff) const UNPROVED: &str = "unproved";
/// Looked for in vain.
const NONE_FOUND: &str = "no proof was found";

/// Puts a proof into a finding, or why there is none: looked for in vain, or not at all.
pub(super) fn show(finding: &mut Finding, proof: Option<Option<String>>) {
    let why = match proof {
        Some(Some(proof)) => {
            finding.witness = Some(proof);
            return;
        }
        Some(None) => NONE_FOUND.to_owned(),
        None => format!("no proof was looked for: it is for the first {MAX_WITNESSES} breaks of schemas"),
    };
    finding.facts.insert(UNPROVED.to_owned(), why);
}

/// How many breaks of schemas have no proof, and why; none where all have one.
pub(in crate::diff) fn unproved(findings: &[Finding]) -> Option<String> {
    let facts = findings.iter().filter(|finding| finding.waived.is_none()).filter_map(|one| one.facts.get(UNPROVED));
    let (vain, beyond): (Vec<&String>, Vec<&String>) = facts.partition(|why| *why == NONE_FOUND);
    let breaks = |count: usize| if count == 1 { "1 break".to_owned() } else { format!("{count} breaks") };
    let mut told = Vec::new();
    if !beyond.is_empty() {
        let limit = format!("proofs are looked for up to {MAX_WITNESSES} breaks of schemas");
        told.push(format!("no proof was looked for of {}: {limit}", breaks(beyond.len())));
    }
    if !vain.is_empty() {
        told.push(format!("none was found of {}: look at what changed yourself", breaks(vain.len())));
    }
    (!told.is_empty()).then(|| told.join("; "))
}

/// Whether a payload is looked for beside `known` others.
pub(super) fn is_affordable(known: usize) -> bool {
    known < MAX_WITNESSES
}

/// For each break a payload that was lawful on one side only, with what it shows.
///
/// Many are shared among two threads, every other one each, on however many cores: the same payloads are found.
pub(super) fn all(api: &mut Api<'_>, jobs: &[Job]) -> Vec<Option<String>> {
    let mut spare = (jobs.len() >= MIN_SHARED).then(|| api.engine.spare());
    let roots = api.roots.as_slice();
    let (first, second) = api.engine.provers(spare.as_mut());
    let Some(second) = second else { return every(1, 0, jobs, roots, first) };
    // Where no thread is to be had, its part is done here: what is proven rests on the documents alone.
    let second = Mutex::new(Some(second));
    let take = || second.lock().unwrap_or_else(PoisonError::into_inner).take();
    let others = || take().map(|prover| every(2, 1, jobs, roots, prover)).unwrap_or_default();
    let (own, others) = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, others);
        let own = every(2, 0, jobs, roots, first);
        let others =
            thread.map_or_else(|_| others(), |thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        (own, others)
    });
    let (mut own, mut others) = (own.into_iter(), others.into_iter());
    let next = |index: usize| if index.is_multiple_of(2) { own.next() } else { others.next() };
    (0..jobs.len()).map(next).map(Option::flatten).collect()
}

/// The proofs of every job but some, from one on.
fn every(step: usize, from: usize, jobs: &[Job], roots: &[Root], mut prover: Prover<'_, '_>) -> Vec<Option<String>> {
    let mut surroundings = Surroundings::of(MAX_SURROUNDINGS);
    jobs.iter().skip(from).step_by(step).map(|job| proof(job, roots, &mut prover, &mut surroundings)).collect()
}

fn proof(job: &Job, all: &[Root], prover: &mut Prover<'_, '_>, surroundings: &mut Surroundings) -> Option<String> {
    let (pair, change) = (job.pair, &job.change);
    let wish = Wish { rule: change.rule, focus: change.name(), listed: &change.listed, variant: change.variant };
    let payload = prover.witness(pair, &wish)?;
    let mut wholes = Vec::new();
    for index in job.roots.iter().take(MAX_ROOTS) {
        let whole = prover.whole(all[*index].pair, pair, &payload, surroundings);
        wholes.extend(whole.map(|whole| (*index, whole)));
    }
    let shortest = wholes.iter().min_by_key(|(_, whole)| whole.value.to_string().len());
    let whole = shortest.map(|(index, whole)| {
        let root = &all[*index];
        listed(root, whole, prover.parameter(root.pair)).unwrap_or_else(|| line(root, whole))
    });
    let part = || shown(&payload.to_string());
    Some(match (whole, change.direction) {
        (Some(line), Direction::Request) => format!("{line} was accepted and is refused now"),
        (Some(line), Direction::Response) => format!("{line} may be answered now and was ruled out before"),
        (None, Direction::Request) => {
            format!("{} was accepted in a request, as a part of it, and is refused now", part())
        }
        (None, Direction::Response) => {
            format!("{} may be answered now, as a part, and was ruled out before", part())
        }
    })
}

fn shown(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    format!("{}… ({} bytes)", text.chars().take(SHOWN).collect::<String>(), text.len())
}

/// A request with a list in its query, as the parameter says that it is written; none where that is not known.
fn listed(root: &Root, whole: &Whole, parameter: Option<&Value>) -> Option<String> {
    let (items, parameter) = (whole.value.as_array()?, parameter?);
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    let plain = items.iter().all(|item| !item.is_array() && !item.is_object()) && !items.is_empty();
    let name =
        text("name").filter(|_| plain && text("in") == Some("query") && text("style").unwrap_or("form") == "form");
    let encoded = |item: &Value| utf8_percent_encode(&text_of(item), PLAIN).to_string();
    let name = name?;
    let query = match parameter.get("explode").and_then(Value::as_bool) {
        Some(false) => format!("{name}={}", items.iter().map(encoded).collect::<Vec<_>>().join(",")),
        _ => items.iter().map(|item| format!("{name}={}", encoded(item))).collect::<Vec<_>>().join("&"),
    };
    Some(shown(&format!("{}?{query}", root.operation)))
}

/// A request or an answer as it is written.
fn line(root: &Root, whole: &Whole) -> String {
    let (operation, value) = (root.operation.as_str(), &whole.value);
    let full = value.to_string();
    let json = if full.chars().count() > MAX_WHOLE { shown(&whole.brief) } else { full };
    let scalar = !value.is_array() && !value.is_object();
    let bare = if value.as_str() == Some("") { "(empty)".to_owned() } else { shown(&text_of(value)) };
    let encoded = utf8_percent_encode(&text_of(value), PLAIN).to_string();
    match &root.spot.carrier {
        Carrier::Request => format!("{operation} {json}"),
        Carrier::Response { status } => format!("{operation} {status} {json}"),
        Carrier::Header { status, name } => format!("{operation} {status} with {name}: {bare}"),
        Carrier::Parameter { location, name } => match location.as_str() {
            "query" if scalar => shown(&format!("{operation}?{name}={encoded}")),
            "path" if scalar && operation.contains(&format!("{{{name}}}")) => {
                shown(&operation.replace(&format!("{{{name}}}"), &encoded))
            }
            "header" if scalar => format!("{operation} with {name}: {bare}"),
            "cookie" if scalar => format!("{operation} with Cookie: {name}={bare}"),
            _ => format!("{operation} with `{name}` of {json}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(operation: &str, carrier: Carrier, value: &Value) -> String {
        let whole = Whole { value: value.clone(), brief: "brief".to_owned() };
        line(&Root { operation: operation.to_owned(), spot: carrier.into(), pair: PairId(0) }, &whole)
    }

    #[test]
    fn a_value_stands_where_it_is_sent() {
        let sent = |operation: &str, location: &str, name: &str, value: Value| {
            let (location, name) = (location.to_owned(), name.to_owned());
            written(operation, Carrier::Parameter { location, name }, &value)
        };
        assert_eq!(sent("GET /x", "query", "limit", json!(0)), "GET /x?limit=0");
        assert_eq!(sent("GET /x", "query", "q", json!("a b&c")), "GET /x?q=a%20b%26c");
        assert_eq!(sent("GET /x", "query", "a `b` c", json!(1)), "GET /x?a `b` c=1");
        assert_eq!(sent("GET /x/{id}", "path", "id", json!("a/b")), "GET /x/a%2Fb");
        assert_eq!(sent("GET /x", "header", "X-Key", json!("k")), "GET /x with X-Key: k");
        assert_eq!(sent("GET /x", "cookie", "s", json!(true)), "GET /x with Cookie: s=true");
        assert_eq!(sent("GET /x", "query", "s", json!(["a"])), "GET /x with `s` of [\"a\"]");
        assert_eq!(written("POST /x", Carrier::Request, &json!({ "a": 1 })), "POST /x {\"a\":1}");
        let answered = || Carrier::Response { status: "200".to_owned() };
        assert_eq!(written("GET /x", answered(), &json!([])), "GET /x 200 []");
        assert_eq!(written("GET /x", answered(), &json!("x".repeat(500))), "GET /x 200 brief");
        let header = Carrier::Header { status: "200".to_owned(), name: "Age".to_owned() };
        assert_eq!(written("GET /x", header, &json!(7)), "GET /x 200 with Age: 7");
    }
}
