//! The server under test: base URL, access, limits. The only module that opens a connection to it.
//!
//! It sends what it is told and records what came back. Redirects are not followed, bodies not decoded, proxies not
//! used: the bytes are what the server sent.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::case::{Access, Call};
use crate::contract::semantics::Slot;
use crate::contract::{Contract, Location, Operation, Scheme};
use crate::exchange::{Answer, Exchange, Failure, Sent, Stop};

/// Everything but RFC 3986's unreserved characters.
const ENCODE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Credential and parameters of one tenant.
#[derive(Clone, Default)]
pub struct Identity {
    /// Token, key or `user:password`, whatever the security scheme takes.
    pub token: Option<SecretString>,
    /// Name of the environment variable that holds it; shown in curl lines.
    pub token_name: String,
    /// Headers that go with every request.
    pub headers: Vec<(String, SecretString)>,
    /// Values of declared parameters, by name: path parameters, tenant header.
    pub params: BTreeMap<String, String>,
    /// Keys of records that exist, by resource, for where no list shows any.
    pub known_ids: BTreeMap<String, Vec<String>>,
}

impl Identity {
    /// Whether two identities show the same credential.
    #[must_use]
    pub fn is_same_credential(&self, other: &Self) -> bool {
        let plain = |secret: &SecretString| secret.expose_secret().to_owned();
        let headers = |identity: &Self| -> BTreeMap<String, String> {
            identity.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), plain(value))).collect()
        };
        self.token.as_ref().map(plain) == other.token.as_ref().map(plain) && headers(self) == headers(other)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("params", &self.params.keys()).finish_non_exhaustive()
    }
}

/// Bounds of what a run may do to a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Longest wait for one whole answer.
    pub timeout: Duration,
    /// Largest body that is read, in bytes.
    pub max_body: usize,
    /// Requests per second; `None`: as fast as the target answers.
    pub rate: Option<NonZeroU32>,
    /// Most requests of a run.
    pub max_requests: Option<u64>,
    /// Longest run.
    pub time_budget: Option<Duration>,
    /// Requests on the way at once.
    pub concurrency: usize,
    /// Longest single wait that a `Retry-After` may ask for.
    pub max_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            max_body: 16 * 1024 * 1024,
            rate: None,
            max_requests: None,
            time_budget: None,
            concurrency: 4,
            max_wait: Duration::from_secs(30),
        }
    }
}

/// A target could not be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The base URL is none.
    #[error("`{url}` is no base URL: {why}; give one like https://api.example.com")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The HTTP client could not be built.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

/// A target: where to send, as whom, within which bounds.
pub struct Target {
    base: String,
    client: reqwest::Client,
    /// The own access.
    pub own: Identity,
    /// The second tenant's access.
    pub second: Option<Identity>,
    /// Bounds.
    pub limits: Limits,
    started: Instant,
    sent: AtomicU64,
    waited: AtomicU64,
    silent: AtomicU32,
    /// Answers that never came to their end, by operation.
    strikes: Mutex<BTreeMap<String, u32>>,
    stopped: Arc<AtomicBool>,
    pace: Option<governor::DefaultDirectRateLimiter>,
    mask: Box<dyn Fn(&str) -> String + Send + Sync>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("base", &self.base).field("own", &self.own).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Failures in a row after which the target counts as dead.
const BREAKER: u32 = 4;
/// Answers of one operation that never came to their end, after which it is left alone.
const STRIKES: u32 = 4;

impl Target {
    /// Sets a target up; nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL is no `http` or `https` URL, or the client cannot be built.
    pub fn new(base: &str, own: Identity, second: Option<Identity>, limits: Limits) -> Result<Self, TargetError> {
        let url = reqwest::Url::parse(base).map_err(|why| bad_url(base, &why.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(bad_url(base, "not http or https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad_url(
                base,
                "a user or password stands in it; the credential is given by itself, as with --token-env",
            ));
        }
        if url.query().is_some_and(|query| !query.is_empty()) {
            return Err(bad_url(base, "it has a query; declared parameters are given by themselves, as with --param"));
        }
        install_tls();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .tcp_nodelay(true)
            .pool_max_idle_per_host(limits.concurrency.max(1))
            .connect_timeout(limits.timeout.min(Duration::from_secs(5)))
            .user_agent(concat!("contract-gate/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|why| TargetError::Client(why.to_string()))?;
        let pace = limits.rate.map(|rate| {
            governor::RateLimiter::direct(
                governor::Quota::per_second(rate).allow_burst(NonZeroU32::new(1).unwrap_or(rate)),
            )
        });
        Ok(Self {
            base: base.split(['?', '#']).next().unwrap_or(base).trim_end_matches('/').to_owned(),
            client,
            own,
            second,
            limits,
            started: Instant::now(),
            sent: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            silent: AtomicU32::new(0),
            strikes: Mutex::default(),
            stopped: Arc::new(AtomicBool::new(false)),
            pace,
            mask: Box::new(str::to_owned),
        })
    }

    /// Masks everything that is recorded with a function, e.g. one that knows all secrets.
    #[must_use]
    pub fn masked_by(mut self, mask: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.mask = Box::new(mask);
        self
    }

    /// The base URL, without a trailing slash.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Requests sent so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Answers that asked for patience so far.
    #[must_use]
    pub fn waits(&self) -> u64 {
        self.waited.load(Ordering::Relaxed)
    }

    /// A switch that stops all further sending when it is set, e.g. on Ctrl-C.
    #[must_use]
    pub fn stop_switch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stopped)
    }

    /// Whether the target runs on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        reqwest::Url::parse(&self.base).is_ok_and(|url| match url.host_str() {
            Some("localhost" | "[::1]") => true,
            Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()),
            None => false,
        })
    }

    /// Why nothing more may be sent, if so.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        if self.stopped.load(Ordering::Relaxed) {
            return Some(Stop::Interrupted);
        }
        if self.silent.load(Ordering::Relaxed) >= BREAKER {
            return Some(Stop::Breaker);
        }
        if self.limits.max_requests.is_some_and(|most| self.requests() >= most) {
            return Some(Stop::Requests);
        }
        self.limits.time_budget.is_some_and(|most| self.started.elapsed() >= most).then_some(Stop::Time)
    }

    /// Sends a call and records the exchange. A 429 or 503 that asks for patience is waited for and sent again.
    pub async fn send(&self, contract: &Contract, operation: &Operation, call: &Call) -> Exchange {
        let (request, sent) = match self.build(contract, operation, call) {
            Ok(built) => built,
            Err(why) => {
                let sent = Sent { method: operation.method.clone(), url: self.base.clone(), ..Sent::default() };
                return Exchange { sent, outcome: Err(Failure::Unsendable(why)), waited: Vec::new() };
            }
        };
        let mut waited = Vec::new();
        loop {
            if let Some(stop) = self.stop() {
                return Exchange { sent, outcome: Err(Failure::Stopped(stop)), waited };
            }
            if let Some(pace) = &self.pace {
                pace.until_ready().await;
            }
            let Some(copy) = request.try_clone() else {
                return Exchange { sent, outcome: Err(Failure::Unsendable("body".to_owned())), waited };
            };
            if self.is_given_up(&operation.id) {
                let why = format!("{} was left alone after {STRIKES} answers without an end", operation.endpoint());
                return Exchange { sent, outcome: Err(Failure::Unsendable(why)), waited };
            }
            self.sent.fetch_add(1, Ordering::Relaxed);
            let outcome = self.exchange(copy).await;
            if matches!(&outcome, Err(Failure::Timeout { .. } | Failure::TooLarge { .. })) {
                *lock(&self.strikes).entry(operation.id.clone()).or_default() += 1;
            }
            let dead = matches!(&outcome, Err(Failure::Connect(_) | Failure::Timeout { status: None, .. }));
            if dead {
                self.silent.fetch_add(1, Ordering::Relaxed);
            } else {
                self.silent.store(0, Ordering::Relaxed);
            }
            let Some(wait) = outcome.as_ref().ok().and_then(|answer| patience(answer, waited.len(), &self.limits))
            else {
                return Exchange { sent, outcome, waited };
            };
            waited.push(outcome.map_or(0, |answer| answer.status));
            self.waited.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether an operation has cost enough time without an answer.
    fn is_given_up(&self, operation: &str) -> bool {
        lock(&self.strikes).get(operation).is_some_and(|strikes| *strikes >= STRIKES)
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<Answer, Failure> {
        let mut status = None;
        let work = async {
            let mut response = self.client.execute(request).await.map_err(|error| classify(&error))?;
            let code = response.status().as_u16();
            status = Some(code);
            let headers = response
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect();
            let mut body = BytesMut::new();
            loop {
                match response.chunk().await {
                    Ok(Some(chunk)) => {
                        if body.len() + chunk.len() > self.limits.max_body {
                            return Err(Failure::TooLarge { status: code, limit: self.limits.max_body });
                        }
                        body.extend_from_slice(&chunk);
                    }
                    Ok(None) => return Ok(Answer { status: code, headers, body: Bytes::from(body) }),
                    Err(_) => return Err(Failure::Truncated { status: code, received: body.len() }),
                }
            }
        };
        match tokio::time::timeout(self.limits.timeout, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::Timeout { status, after: self.limits.timeout }),
        }
    }

    /// The identity whose parameters a call uses, and the one whose credential it carries.
    fn identities(&self, access: Access) -> (&Identity, Option<&Identity>) {
        let second = self.second.as_ref().unwrap_or(&self.own);
        match access {
            Access::Own | Access::NoTenant | Access::UnknownTenant => (&self.own, Some(&self.own)),
            Access::Anonymous | Access::Wrong => (&self.own, None),
            Access::Second => (second, Some(second)),
            Access::OwnInSecond => (second, Some(&self.own)),
        }
    }

    fn build(
        &self,
        contract: &Contract,
        operation: &Operation,
        call: &Call,
    ) -> Result<(reqwest::Request, Sent), String> {
        let (params, credential) = self.identities(call.access);
        let tenant = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
        let mut path = operation.path.clone();
        let mut query: Vec<(String, String)> = Vec::new();
        let mut headers: Vec<(String, String)> = vec![("Accept".to_owned(), "application/json".to_owned())];
        let mut body = minimal_body(contract, operation);
        for parameter in &operation.parameters {
            let Some(slot) = parameter.slot() else { continue };
            let is_tenant = tenant.is_some_and(|tenant| parameter.is(tenant));
            let given = call.value(&slot).cloned();
            let configured = params.params.get(&parameter.name).map(|text| Value::String(text.clone()));
            let optional_known_id = parameter.location == Location::Query && !parameter.required;
            let value = match (is_tenant, call.access) {
                (true, Access::NoTenant) => None,
                (true, Access::UnknownTenant) => Some(Value::String(unknown_tenant(configured.as_ref()))),
                _ => given.or(if optional_known_id { None } else { configured }),
            };
            match (parameter.location, value) {
                (Location::Path, Some(value)) => {
                    let text = utf8_percent_encode(&plain(&value), ENCODE).to_string();
                    path = path.replace(&format!("{{{}}}", parameter.name), &text);
                }
                (Location::Path, None) if parameter.required && call.access != Access::NoTenant => {
                    return Err(format!("no value for path parameter `{}`: give --param {0}=VALUE", parameter.name));
                }
                (Location::Query, Some(Value::Array(items))) if parameter.explode => {
                    query.extend(items.iter().map(|item| (parameter.name.clone(), plain(item))));
                }
                (Location::Query, Some(Value::Array(items))) => {
                    query.push((parameter.name.clone(), items.iter().map(plain).collect::<Vec<_>>().join(",")));
                }
                (Location::Query, Some(value)) => query.push((parameter.name.clone(), plain(&value))),
                (Location::Header, Some(value)) => headers.push((parameter.name.clone(), plain(&value))),
                _ => {}
            }
        }
        for (slot, value) in &call.values {
            match slot {
                Slot::Body(pointer) => {
                    let root = body.get_or_insert_with(|| Value::Object(Map::new()));
                    put(root, pointer, value.clone());
                }
                Slot::Query(name) if operation.parameter(slot).is_none() => query.push((name.clone(), plain(value))),
                Slot::Header(name) if operation.parameter(slot).is_none() => headers.push((name.clone(), plain(value))),
                _ => {}
            }
        }
        let mut url = match &call.follow {
            Some(next) => self.followed(next)?,
            None => reqwest::Url::parse(&format!("{}{path}", self.base)).map_err(|why| why.to_string())?,
        };
        if call.follow.is_none() && !query.is_empty() {
            let text: Vec<String> = query
                .iter()
                .map(|(name, value)| {
                    format!("{}={}", utf8_percent_encode(name, ENCODE), utf8_percent_encode(value, ENCODE))
                })
                .collect();
            url.set_query(Some(&text.join("&")));
        }
        let method = call.method.as_deref().unwrap_or(&operation.method).to_owned();
        let sent_body = if matches!(method.as_str(), "GET" | "HEAD" | "TRACE") { None } else { body };
        self.finish(contract, operation, call, (method, url, headers, sent_body), credential)
    }

    fn finish(
        &self,
        contract: &Contract,
        operation: &Operation,
        call: &Call,
        (method, mut url, mut headers, body): (String, reqwest::Url, Vec<(String, String)>, Option<Value>),
        credential: Option<&Identity>,
    ) -> Result<(reqwest::Request, Sent), String> {
        let mut shown = headers.clone();
        let mut shown_url = url.clone();
        let scheme = scheme_of(contract, operation);
        let (secret, name) = match (call.access, credential) {
            (Access::Anonymous, _) => (None, String::new()),
            (Access::Wrong, _) => (Some(WRONG_TOKEN.to_owned()), WRONG_TOKEN.to_owned()),
            (_, Some(identity)) => {
                let name = if identity.token_name.is_empty() { "TOKEN" } else { &identity.token_name };
                (identity.token.as_ref().map(|token| token.expose_secret().to_owned()), format!("${name}"))
            }
            (_, None) => (None, String::new()),
        };
        if let (Some(secret), Some(scheme)) = (secret, scheme) {
            let (header, real, text) = credential_header(scheme, &secret, &name);
            match scheme {
                Scheme::QueryKey(key) => {
                    url.query_pairs_mut().append_pair(key, &secret);
                    shown_url.query_pairs_mut().append_pair(key, "REDACTED");
                }
                _ => {
                    headers.push((header.clone(), real));
                    shown.push((header, text));
                }
            }
        }
        for (header, value) in credential.map(|identity| identity.headers.as_slice()).unwrap_or_default() {
            headers.push((header.clone(), value.expose_secret().to_owned()));
            shown.push((header.clone(), format!("${}", header.to_ascii_uppercase().replace('-', "_"))));
        }
        let method_name = reqwest::Method::from_bytes(method.as_bytes()).map_err(|why| why.to_string())?;
        let mut request = self.client.request(method_name, url);
        for (name, value) in &headers {
            let mut value = reqwest::header::HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| format!("header `{name}` cannot carry this value"))?;
            value.set_sensitive(true);
            let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).map_err(|why| why.to_string())?;
            request = request.header(name, value);
        }
        let text = body.map(|body| body.to_string());
        if let Some(text) = &text {
            request = request.header("Content-Type", "application/json").body(text.clone());
        }
        let request = request.build().map_err(|why| why.without_url().to_string())?;
        let sent = Sent {
            method,
            url: (self.mask)(shown_url.as_str()),
            headers: shown.into_iter().skip(1).map(|(name, value)| (name, (self.mask)(&value))).collect(),
            body: text.map(|text| (self.mask)(&text)),
        };
        Ok((request, sent))
    }

    /// A next page's address, which must stay on this target: a token never goes to another host.
    fn followed(&self, next: &str) -> Result<reqwest::Url, String> {
        let base = reqwest::Url::parse(&format!("{}/", self.base)).map_err(|why| why.to_string())?;
        let url = base.join(next).map_err(|why| why.to_string())?;
        if url.host_str() != base.host_str() || url.port_or_known_default() != base.port_or_known_default() {
            return Err("the next page's address leads to another host".to_owned());
        }
        Ok(url)
    }
}

/// The error about a base URL, which may hold a credential.
fn bad_url(base: &str, why: &str) -> TargetError {
    let shown = crate::mask::redact_credentials(base);
    let shown = shown.split(['?', '#']).next().unwrap_or_default();
    TargetError::BadUrl { url: shown.to_owned(), why: why.to_owned() }
}

/// The token that nobody issued.
const WRONG_TOKEN: &str = "contract-gate-wrong-credential";
/// A tenant that does not exist, where no own one shows what tenants look like.
const UNKNOWN_TENANT: &str = "contract-gate-no-such-tenant";
/// Characters at the end of a tenant that are changed to make another of the same form.
const TENANT_TAIL: usize = 8;

/// A tenant that does not exist, of the form of the own one: what breaks the form is refused for that alone.
fn unknown_tenant(own: Option<&Value>) -> String {
    let Some(own) = own.and_then(Value::as_str).filter(|own| own.chars().count() >= 4) else {
        return UNKNOWN_TENANT.to_owned();
    };
    let start = own.chars().count().saturating_sub(TENANT_TAIL).max(own.rfind(['_', '-', ':']).map_or(0, |at| at + 1));
    // Letters stay as they are where there are digits enough: those of a UUID are hexadecimal.
    let with_letters = own.chars().skip(start).filter(char::is_ascii_digit).count() < 3;
    let turn = |c: char, first: u8, count: u8| char::from(first + (c as u8 - first + count / 2) % count);
    let other: String = own
        .chars()
        .enumerate()
        .map(|(index, c)| match c {
            _ if index < start => c,
            '0'..='9' => turn(c, b'0', 10),
            'a'..='z' if with_letters => turn(c, b'a', 26),
            'A'..='Z' if with_letters => turn(c, b'A', 26),
            _ => c,
        })
        .collect();
    if other == own { UNKNOWN_TENANT.to_owned() } else { other }
}

fn credential_header(scheme: &Scheme, secret: &str, name: &str) -> (String, String, String) {
    match scheme {
        Scheme::HeaderKey(header) => (header.clone(), secret.to_owned(), name.to_owned()),
        Scheme::Basic => ("Authorization".to_owned(), format!("Basic {secret}"), format!("Basic {name}")),
        _ => ("Authorization".to_owned(), format!("Bearer {secret}"), format!("Bearer {name}")),
    }
}

/// The scheme that a token is sent by: the first alternative that the gate can send.
fn scheme_of<'a>(contract: &'a Contract, operation: &Operation) -> Option<&'a Scheme> {
    let named = operation.security.iter().flatten().filter_map(|name| contract.schemes.get(name));
    named.chain(contract.schemes.values()).find(|scheme| !matches!(scheme, Scheme::Other(_)))
}

/// How long to wait before sending again, if the answer asks for patience.
fn patience(answer: &Answer, tries: usize, limits: &Limits) -> Option<Duration> {
    if !matches!(answer.status, 429 | 503) || tries >= 3 {
        return None;
    }
    let asked = answer.header("retry-after").and_then(retry_after);
    match (answer.status, asked) {
        (_, Some(wait)) if wait <= limits.max_wait => Some(wait),
        (429, None) => Some(Duration::from_millis(500 << tries)),
        // A hiccup is looked at once more; one that lasts is the server's answer.
        (503, None) if tries == 0 => Some(Duration::from_millis(100)),
        _ => None,
    }
}

/// `Retry-After` in seconds or as an HTTP date.
fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(text.trim()).ok()?;
    let wait = date.timestamp().as_second() - jiff::Timestamp::now().as_second();
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
}

fn classify(error: &reqwest::Error) -> Failure {
    let mut cause = String::new();
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = source {
        cause = inner.to_string();
        source = inner.source();
    }
    if error.is_connect() {
        Failure::Connect(cause)
    } else if error.is_timeout() {
        Failure::Timeout { status: None, after: Duration::ZERO }
    } else {
        Failure::Dropped(cause)
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The smallest lawful body of an operation: its required members, from defaults, examples and types.
fn minimal_body(contract: &Contract, operation: &Operation) -> Option<Value> {
    let body = operation.body.as_ref()?;
    let minimal = minimal(contract, &body.schema, 0);
    (body.required || minimal.as_object().is_some_and(|members| !members.is_empty())).then_some(minimal)
}

fn minimal(contract: &Contract, pointer: &str, depth: usize) -> Value {
    let (pointer, schema) = contract.resolve(pointer);
    if let Some(value) = schema.get("default").or_else(|| schema.get("example")) {
        return value.clone();
    }
    if let Some(first) = schema.get("enum").and_then(|options| options.get(0)) {
        return first.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => Value::String(String::new()),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| Value::from(0)),
        Some("boolean") => Value::Bool(false),
        Some("array") => Value::Array(Vec::new()),
        _ => {
            let mut members = Map::new();
            for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
                if let (Some(name), true) = (name.as_str(), depth < 8) {
                    let at = format!("{pointer}/properties/{}", crate::document::escape(name));
                    members.insert(name.to_owned(), minimal(contract, &at, depth + 1));
                }
            }
            Value::Object(members)
        }
    }
}

/// Puts a value at a pointer, making objects and arrays on the way.
pub(crate) fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut at = root;
    let mut segments = pointer.split('/').skip(1).map(crate::document::unescape).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if segment == "-" {
            if !at.is_array() {
                *at = Value::Array(Vec::new());
            }
            let Value::Array(items) = at else { return };
            items.push(if last { value.clone() } else { Value::Null });
            let Some(item) = items.last_mut() else { return };
            at = item;
        } else {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            let Value::Object(members) = at else { return };
            at = members.entry(segment).or_insert(Value::Null);
        }
    }
    if !pointer.ends_with("/-") {
        *at = value;
    }
}

#[cfg(feature = "tls")]
fn install_tls() {
    // An error means that somebody else in this process installed a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(not(feature = "tls"))]
fn install_tls() {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_put_where_the_pointer_says() {
        let mut body = json!({"pagination": {}});
        put(&mut body, "/pagination/limit", json!(2));
        put(&mut body, "/filters/-", json!({"a": 1}));
        put(&mut body, "/filters/-", json!({"b": 2}));
        put(&mut body, "/query/status", json!("ACTIVE"));
        let wanted =
            json!({"pagination": {"limit": 2}, "filters": [{"a": 1}, {"b": 2}], "query": {"status": "ACTIVE"}});
        assert_eq!(body, wanted);
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(retry_after("soon"), None);
    }

    #[test]
    fn a_token_never_follows_to_another_host() {
        let target = Target::new("http://127.0.0.1:1/api", Identity::default(), None, Limits::default())
            .expect("a lawful base URL");
        assert!(target.followed("http://evil.example/next").is_err());
        assert_eq!(target.followed("/api/v1?page=2").expect("same host").as_str(), "http://127.0.0.1:1/api/v1?page=2");
        assert!(Target::new("ftp://x", Identity::default(), None, Limits::default()).is_err());
    }
}
