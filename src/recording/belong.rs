//! Which recorded exchanges belong to a contract, and to which of its operations; the others are counted and named.

use std::collections::{BTreeMap, HashMap};

use percent_encoding::percent_decode_str;

use super::base::{Address, Base, documented};
use super::body::{self, Body};
use super::call::{Wire, parts};
use super::secrets::parted;
use super::{Entry, Recording, RecordingError, Taken, har};
use crate::case::{Access, Call};
use crate::contract::{Contract, Operation};
use crate::exchange::{Answer, Exchange, Sent, Waited};
use crate::mask::{Masker, is_placeholder, names_credential, redact_credentials};

/// What of a recording belongs to a contract.
#[derive(Default)]
pub struct Belonging {
    /// Exchanges, in file order.
    pub taken: Vec<Taken>,
    /// What stands before the paths.
    pub bases: Vec<String>,
    /// What was left aside: why, how often, and the first such request.
    pub aside: BTreeMap<String, (u64, String)>,
    /// When something behind the same bases was written with success, as far as the recording says when.
    pub writes: Vec<Option<f64>>,
}

impl Belonging {
    fn leave(&mut self, why: impl Into<String>, example: String) {
        self.aside.entry(why.into()).or_insert((0, example)).0 += 1;
    }

    /// One line per reason for leaving exchanges aside.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let mut lines: Vec<(&String, &(u64, String))> = self.aside.iter().collect();
        lines.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        let line = |(why, (count, example)): (&String, &(u64, String))| {
            format!("left aside: {count} {why}, such as {example}")
        };
        let mut all: Vec<String> = lines.iter().take(MOST_REASONS).copied().map(line).collect();
        let rest: u64 = lines.iter().skip(MOST_REASONS).map(|(_, (count, _))| count).sum();
        if rest > 0 {
            all.push(format!("left aside: {rest} others, for {} other reasons", lines.len() - MOST_REASONS));
        }
        all
    }
}

/// Reasons that are named one by one.
const MOST_REASONS: usize = 12;

/// What is known of where an API stands in a recording.
#[derive(Clone, Copy, Debug)]
pub struct Whereabouts<'a> {
    /// What stands before its paths, where somebody said so.
    pub given: Option<&'a str>,
    /// What usually stands before them: taken if it occurs, before the servers that the document names.
    pub known: Option<&'a str>,
    /// Whether it may be derived from where the paths match, if nothing else tells.
    pub derive: bool,
}

impl Default for Whereabouts<'_> {
    /// Nothing is known, and it may be derived.
    fn default() -> Self {
        Self { given: None, known: None, derive: true }
    }
}

/// Finds the exchanges of a contract.
///
/// # Errors
/// When the base URL is none, several places could be the API, or a body says that it is base64 and is none.
pub fn belonging(
    contract: &Contract,
    recording: &Recording,
    masker: &Masker,
    whereabouts: Whereabouts<'_>,
) -> Result<Belonging, RecordingError> {
    let bases = match whereabouts.given {
        Some(given) => vec![Base::given(given)?],
        None => bases(contract, recording, whereabouts)?,
    };
    let mut found = Belonging { bases: bases.iter().map(Base::text).collect(), ..Belonging::default() };
    let mut patience: HashMap<String, Vec<(usize, Waited, String)>> = HashMap::new();
    let mut room = body::ROOM;
    for (number, entry) in recording.entries.iter().enumerate() {
        let raw = &entry.raw;
        let Some(address) = Address::parse(&raw.request.url) else {
            found.leave("of another kind than HTTP", super::base::origin(&raw.request.url));
            continue;
        };
        let example = format!("{} {}", raw.request.method, address.path);
        let Some((base, rest)) = bases.iter().find_map(|base| Some((base, base.rest(&address)?))) else {
            found.leave(format!("with {}", address.origin), example);
            continue;
        };
        let Some((operation, captures)) = operation_of(contract, &raw.request.method, rest) else {
            let reads =
                ["GET", "HEAD", "OPTIONS", "TRACE"].iter().any(|read| raw.request.method.eq_ignore_ascii_case(read));
            if !reads && raw.response.status.whole().is_some_and(|status| status < 400) {
                found.writes.push(raw.started_date_time.as_deref().and_then(instant));
            }
            let path = contract.operations.iter().any(|operation| captures(&operation.path, rest).is_some());
            let why = if path { "by a method that the contract does not declare" } else { "outside of its paths" };
            found.leave(why, example);
            continue;
        };
        if let Some(why) = unusable(raw, operation) {
            found.leave(why, example);
            continue;
        }
        let place = (base, &address, captures.as_slice());
        let mut taken = take(contract, operation, recording, entry, masker, place, &mut room)?;
        taken.number = number;
        let key = format!("{} {} {} {:?}", taken.party, raw.request.method, raw.request.url, taken.exchange.sent.body);
        if let Some(waited) = asks_for_patience(&taken.exchange) {
            patience.entry(key).or_default().push((number, waited, example));
            continue;
        }
        let before = patience.remove(&key).unwrap_or_default();
        taken.exchange.waited = before.into_iter().map(|(_, waited, _)| waited).collect();
        found.taken.push(taken);
    }
    let mut unheard: Vec<(usize, Waited, String)> = patience.into_values().flatten().collect();
    unheard.sort_by_key(|(number, ..)| *number);
    for (_, waited, example) in unheard {
        found.leave(format!("that only asked for patience with status {}", waited.status), example);
    }
    Ok(found)
}

/// What stands before the paths, as far as requests of this recording stand behind it.
fn bases(
    contract: &Contract,
    recording: &Recording,
    Whereabouts { known, derive, .. }: Whereabouts<'_>,
) -> Result<Vec<Base>, RecordingError> {
    let addresses: Vec<(&Entry, Address)> =
        recording.entries.iter().filter_map(|entry| Some((entry, Address::parse(&entry.raw.request.url)?))).collect();
    let used = |base: &Base| {
        addresses.iter().any(|(entry, address)| {
            base.rest(address).is_some_and(|rest| operation_of(contract, &entry.raw.request.method, rest).is_some())
        })
    };
    if let Some(base) = known.and_then(Base::parse)
        && (used(&base) || !derive)
    {
        return Ok(vec![base]);
    }
    let notes = recording.entries.iter().filter_map(|entry| entry.raw.note.as_ref());
    let noted = notes.filter(|note| note.contract == contract.name).filter_map(|note| Base::parse(&note.base));
    let mut candidates: Vec<Base> = Vec::new();
    for base in noted.chain(documented(contract)) {
        if !candidates.contains(&base) {
            candidates.push(base);
        }
    }
    candidates.retain(used);
    if !candidates.is_empty() || !derive {
        // The longest first: one may stand before another.
        candidates.sort_by_key(|base| std::cmp::Reverse(base.path.len()));
        return Ok(candidates);
    }
    derived(contract, &addresses)
}

/// The one place under which the paths match.
fn derived(contract: &Contract, addresses: &[(&Entry, Address)]) -> Result<Vec<Base>, RecordingError> {
    let mut places: BTreeMap<String, (Base, u64, u64)> = BTreeMap::new();
    for (entry, address) in addresses {
        let Some(path) = prefix(contract, &entry.raw.request.method, &address.path) else { continue };
        let base = Base { origin: address.origin.clone(), path: path.to_owned() };
        let place = places.entry(base.text()).or_insert((base, 0, 0));
        place.1 += 1;
        let says =
            header(&entry.raw.response.headers, "content-type").or(entry.raw.response.content.mime_type.as_deref());
        place.2 += u64::from(says.is_some_and(crate::contract::is_json));
    }
    // A page of an application may stand at the same path as the API that it shows.
    if places.values().any(|(_, _, json)| *json > 0) {
        places.retain(|_, (_, _, json)| *json > 0);
    }
    if places.len() > 1 {
        let words: Vec<String> = places.iter().map(|(text, (_, count, _))| format!("{text} ({count})")).collect();
        return Err(RecordingError::Ambiguous { places: words.join(", ") });
    }
    Ok(places.into_values().map(|(base, ..)| base).collect())
}

/// What stands before the path of an operation in a longer path.
fn prefix<'a>(contract: &Contract, method: &str, path: &'a str) -> Option<&'a str> {
    let mut starts: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
    starts.reverse();
    let literal = |operation: &Operation| operation.path.split('/').any(|part| !part.is_empty() && !part.contains('{'));
    // The longest match leaves the shortest prefix.
    let fits = |at: &usize| {
        let of = |operation: &&Operation| operation.method.eq_ignore_ascii_case(method) && literal(operation);
        contract.operations.iter().filter(of).any(|operation| captures(&operation.path, &path[*at..]).is_some())
    };
    starts.into_iter().filter(fits).last().map(|at| &path[..at])
}

/// The operation that a request is for, with the values of its path: the most concrete path wins.
fn operation_of<'a>(
    contract: &'a Contract,
    method: &str,
    rest: &str,
) -> Option<(&'a Operation, Vec<(String, String)>)> {
    let of = |operation: &&Operation| operation.method.eq_ignore_ascii_case(method);
    let found = contract.operations.iter().filter(of);
    found
        .filter_map(|operation| Some((operation, captures(&operation.path, rest)?)))
        .min_by_key(|(_, values)| values.len())
}

/// The values of a path by its template; `None` where it does not fit.
fn captures(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, got): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != got.len() {
        return None;
    }
    let mut values = Vec::new();
    for (wanted, got) in wanted.into_iter().zip(got) {
        let got = percent_decode_str(got).decode_utf8_lossy();
        match wanted.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
            None if wanted == got => {}
            None => return None,
            Some((before, (name, after))) => {
                let value = got.strip_prefix(before)?.strip_suffix(after)?;
                if value.is_empty() {
                    return None;
                }
                values.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    Some(values)
}

/// Why an exchange says nothing, if so.
fn unusable(raw: &har::Entry, operation: &Operation) -> Option<&'static str> {
    if raw.is_cached() {
        return Some("that a cache of the client answered");
    }
    let failed = raw.note.as_ref().is_some_and(|note| note.failure.is_some());
    if !failed && raw.response.status.whole().is_none_or(|status| !(200..=599).contains(&status)) {
        return Some("without an answer in the recording");
    }
    let content = &raw.response.content;
    if !failed && raw.response.headers.is_empty() && content.mime_type.is_none() && content.text.is_some() {
        return Some("whose answer lacks its headers in the recording");
    }
    operation.body.as_ref()?;
    let text = raw.request.post_data.as_ref().and_then(|data| data.text.as_deref());
    match text.filter(|text| !text.trim().is_empty()) {
        None => {
            let length = header(&raw.request.headers, "content-length").and_then(|text| text.parse().ok());
            let sent = length.unwrap_or(0_u64).max(raw.request.body_size.whole().unwrap_or(0));
            (sent > 0).then_some("whose request lacks its body in the recording")
        }
        Some(_) => request_body(raw).is_none().then_some("whose request has a body that is no JSON"),
    }
}

fn request_body(raw: &har::Entry) -> Option<serde_json::Value> {
    let data = raw.request.post_data.as_ref()?;
    let text = data.text.as_deref()?;
    let encoded = data.encoding.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("base64"));
    if encoded { serde_json::from_slice(&body::decode(text).ok()?).ok() } else { serde_json::from_str(text).ok() }
}

fn header<'a>(headers: &'a [har::Pair], name: &str) -> Option<&'a str> {
    headers.iter().find(|pair| pair.name.eq_ignore_ascii_case(name)).map(|pair| pair.value.as_str())
}

/// An answer that says nothing but "later".
fn asks_for_patience(exchange: &Exchange) -> Option<Waited> {
    let answer = exchange.outcome.as_ref().ok()?;
    let waited = Waited { status: answer.status, told: answer.header("retry-after").is_some() };
    (waited.status == 429 || (waited.status == 503 && waited.told)).then_some(waited)
}

fn take(
    contract: &Contract,
    operation: &Operation,
    recording: &Recording,
    entry: &Entry,
    masker: &Masker,
    (base, address, captures): (&Base, &Address, &[(String, String)]),
    room: &mut usize,
) -> Result<Taken, RecordingError> {
    let raw = &entry.raw;
    let pairs: Vec<(String, String)> = match address.query.as_slice() {
        [] => raw.request.query_string.iter().map(|pair| (pair.name.clone(), pair.value.clone())).collect(),
        query => query.to_vec(),
    };
    let headers: Vec<(String, String)> = raw
        .request
        .headers
        .iter()
        .filter(|pair| !pair.name.starts_with(':'))
        .map(|pair| (pair.name.clone(), pair.value.clone()))
        .collect();
    let body = operation.body.as_ref().and_then(|_| request_body(raw));
    let wire = Wire { path: captures, query: &pairs, headers: &headers, body: body.as_ref() };
    let parts = parts(contract, operation, &wire);
    let (outcome, bodiless) = match raw.note.as_ref().and_then(|note| note.failure.as_ref()) {
        Some(failure) => (Err(failure.failure()), false),
        None => answer(raw, room).map(|(answer, bodiless)| (Ok(answer), bodiless)).map_err(|message| {
            let (path, number, what) = recording.name(entry);
            RecordingError::BadEntry { path, number, what, message: message.to_owned() }
        })?,
    };
    let status = outcome.as_ref().map_or(0, |answer: &Answer| answer.status);
    let access = match &raw.note {
        Some(note) => note.access,
        // Nobody knows whether what was refused had a right to come in, or what a request lacks on purpose.
        None if matches!(status, 401 | 403 | 407) || parts.incomplete => Access::Wrong,
        None => Access::Own,
    };
    let credentials = credentials(&headers);
    let party = match raw.note {
        Some(_) => base.text(),
        None => format!("{} {:?} {credentials}", base.text(), parts.tenant),
    };
    Ok(Taken {
        number: 0,
        address: raw.request.url.clone(),
        at: raw.started_date_time.as_deref().and_then(instant),
        took: raw.time.0.filter(|took| (0.0..86_400_000.0).contains(took)).unwrap_or(0.0),
        call: Call { values: parts.values, ..Call::new(&operation.id).access(access) },
        extras: parts.extras,
        exchange: Exchange { sent: sent(operation, raw, &headers, masker), outcome, waited: Vec::new() },
        party,
        tenant: parts.tenant,
        bodiless,
    })
}

/// Milliseconds since 1970 of an instant; `None` where it is none.
fn instant(text: &str) -> Option<f64> {
    let instant: jiff::Timestamp = text.trim().parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 stay below 2^53")]
    Some(instant.as_microsecond() as f64 / 1000.0)
}

/// Headers whose credential says little of who comes: it is another one with every page or every request.
const SINGLE_USE: [&str; 5] = ["cookie", "signature", "x-amz-signature", "x-csrf-token", "x-signature"];

/// What tells one party from another, as a hash: cookies only where nothing else does.
fn credentials(headers: &[(String, String)]) -> String {
    let lower = |name: &str| name.to_ascii_lowercase();
    let mut found: Vec<String> = headers
        .iter()
        .filter(|(name, _)| names_credential(name) && !SINGLE_USE.contains(&lower(name).as_str()))
        .map(|(name, value)| format!("{}: {value}", lower(name)))
        .collect();
    if found.is_empty() {
        found = headers.iter().filter(|(name, _)| lower(name) == "cookie").map(|(_, value)| value.clone()).collect();
    }
    found.sort();
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(found.join("\n").as_bytes()))
}

fn answer(raw: &har::Entry, room: &mut usize) -> Result<(Answer, bool), &'static str> {
    let response = &raw.response;
    let (body, bodiless) = match body::of_answer(response, room)? {
        Body::Whole(bytes) => (bytes, false),
        Body::Missing => (bytes::Bytes::new(), true),
    };
    let mut headers: Vec<(String, String)> = response
        .headers
        .iter()
        .filter(|pair| !pair.name.starts_with(':') && !pair.name.eq_ignore_ascii_case("content-encoding"))
        .map(|pair| (pair.name.to_ascii_lowercase(), pair.value.clone()))
        .collect();
    let known = headers.iter().any(|(name, _)| name == "content-type");
    let mime = response.content.mime_type.as_deref().filter(|mime| mime.contains('/') && *mime != "x-unknown");
    // Recorders that leave headers out still name the type of the content.
    headers.extend(mime.filter(|_| !known).map(|mime| ("content-type".to_owned(), mime.to_owned())));
    let status = response.status.whole().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
    Ok((Answer { status, headers, body }, bodiless))
}

/// What stands for a credential: also for one that is too short to be masked wherever it occurs.
fn stand_in(name: &str, value: &str, masked: String) -> String {
    if is_placeholder(parted(name, &masked).1) {
        return masked;
    }
    parted(name, value).0.map_or_else(|| "$TOKEN".to_owned(), |scheme| format!("{scheme} $TOKEN"))
}

/// The request as findings show it: what matters for repeating it, credentials left out.
fn sent(operation: &Operation, raw: &har::Entry, headers: &[(String, String)], masker: &Masker) -> Sent {
    let mask = |text: &str| masker.mask(text).into_owned();
    let mut shown: Vec<(String, String)> = Vec::new();
    for (name, value) in headers {
        let slot = crate::contract::semantics::Slot::Header(name.clone());
        let cookie = name.eq_ignore_ascii_case("cookie") || name.eq_ignore_ascii_case("x-csrf-token");
        if let Some(parameter) = operation.parameter(&slot) {
            shown.push((parameter.name.clone(), mask(value)));
        } else if names_credential(name) && !cookie {
            let name = if name == "authorization" { "Authorization" } else { name };
            shown.push((name.to_owned(), stand_in(name, value, mask(value))));
        }
    }
    let body = operation.body.as_ref().and_then(|_| request_body(raw)).map(|body| mask(&body.to_string()));
    // A credential in an address may be too short to be masked wherever it occurs.
    let url = redact_credentials(&mask(&raw.request.url)).into_owned();
    Sent { method: operation.method.clone(), url, headers: shown, body }
}
