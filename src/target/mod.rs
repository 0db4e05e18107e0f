//! The server under test: base URL, access, limits. The only module that opens a connection to it.
//!
//! It sends what it is told and records what came back. Redirects are not followed, bodies not decoded, proxies not
//! used: the bytes are what the server sent.

mod body;
mod connections;
mod draft;
mod embedded;
mod identity;
mod limits;
mod patience;
mod request;
mod send;
mod stop;
mod stranger;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use connections::Connections;
pub use identity::Identity;
pub use limits::{Limits, Rate};
pub use stop::Switch;
use tokio::time::Instant;

pub(crate) use body::minimal_body;
pub(crate) use draft::missing_words;

use crate::recording::Crossed;

/// A target could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The base URL is none.
    #[error("`{url}` is no base URL: {why}; give one like https://api.example.com")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The certificates that are to be trusted cannot be read.
    #[error("SSL_CERT_FILE names {}, which cannot be read: {source}; name a file of certificates in PEM, or unset it", .path.display())]
    Certificates {
        /// What was named.
        path: PathBuf,
        /// Why it cannot be read.
        source: std::io::Error,
    },
    /// There is no certificate in the file of those that are to be trusted.
    #[error("SSL_CERT_FILE names {}, which holds no certificate; name a file of certificates in PEM, or unset it", .0.display())]
    NoCertificate(PathBuf),
    /// The HTTP client could not be built.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A target: where to send, as whom, within which bounds.
pub struct Target {
    base: String,
    connections: Connections,
    /// The own access.
    pub own: Identity,
    /// The second tenant's access.
    pub second: Option<Identity>,
    /// Bounds.
    pub limits: Limits,
    /// When the first request was sent.
    started: OnceLock<Instant>,
    sent: AtomicU64,
    waited: AtomicU64,
    /// Requests in a row that got no answer.
    silent: AtomicU32,
    /// Requests in a row that were answered 429 however long they had waited.
    impatient: AtomicU32,
    dead: AtomicBool,
    /// Whether the address of a next page named another host.
    relinked: AtomicBool,
    /// A request that was answered once, as far as its status: a target that lives answers it again.
    pulse: OnceLock<reqwest::Request>,
    /// For how long the target wants to be left alone, if that is too long to wait.
    away: OnceLock<Duration>,
    /// Until when the target wants a rest.
    pause: Mutex<Option<Instant>>,
    /// Answers that never came to their end, by operation.
    strikes: Mutex<BTreeMap<String, u32>>,
    switch: Switch,
    pace: Option<governor::DefaultDirectRateLimiter>,
    mask: Box<dyn Fn(&str) -> String + Send + Sync>,
    record: Option<Record>,
}

/// Takes every exchange as it crossed the wire.
type Record = Box<dyn Fn(&Crossed<'_>) + Send + Sync>;

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("base", &self.base).field("own", &self.own).finish_non_exhaustive()
    }
}

impl Target {
    /// Sets a target up; nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL is no `http` or `https` URL, or the client cannot be built.
    pub fn new(base: &str, own: Identity, second: Option<Identity>, limits: Limits) -> Result<Self, TargetError> {
        let url = reqwest::Url::parse(base).map_err(|why| match base.contains("://") {
            true => bad_url(base, &why.to_string()),
            false => bad_url(base, "`http://` or `https://` is missing"),
        })?;
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
        let connections = Connections::new(&url, &limits)?;
        let quota = limits.rate.and_then(|rate| governor::Quota::with_period(rate.interval()));
        let pace = quota.map(governor::RateLimiter::direct);
        Ok(Self {
            base: base.split(['?', '#']).next().unwrap_or(base).trim_end_matches('/').to_owned(),
            connections,
            own,
            second,
            limits,
            started: OnceLock::new(),
            sent: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            silent: AtomicU32::new(0),
            impatient: AtomicU32::new(0),
            dead: AtomicBool::new(false),
            relinked: AtomicBool::new(false),
            pulse: OnceLock::new(),
            away: OnceLock::new(),
            pause: Mutex::default(),
            strikes: Mutex::default(),
            switch: Switch::default(),
            pace,
            mask: Box::new(str::to_owned),
            record: None,
        })
    }

    /// Hands every exchange on as it crossed the wire, e.g. to a recorder; those that are repeated for patience too.
    #[must_use]
    pub fn recorded_by(mut self, record: impl Fn(&Crossed<'_>) + Send + Sync + 'static) -> Self {
        self.record = Some(Box::new(record));
        self
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

    /// Whether a connection that the target had kept was closed when a request was on its way.
    #[must_use]
    pub fn lost_a_kept_connection(&self) -> bool {
        !self.connections.is_kept()
    }

    /// Whether next pages were said to be on another host; the same path was asked for here.
    #[must_use]
    pub fn names_another_host(&self) -> bool {
        self.relinked.load(Ordering::Relaxed)
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
}

/// The error about a base URL, which may hold a credential.
fn bad_url(base: &str, why: &str) -> TargetError {
    let shown = crate::mask::redact_credentials(base);
    let shown = shown.split(['?', '#']).next().unwrap_or_default();
    TargetError::BadUrl { url: shown.to_owned(), why: why.to_owned() }
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

    #[test]
    fn a_token_never_follows_to_another_host() {
        let target = Target::new("http://127.0.0.1:1/api", Identity::default(), None, Limits::default())
            .expect("a lawful base URL");
        assert!(target.followed("http://evil.example/next", "/v1").is_err());
        let here = target.followed("https://public.example/gw/api/v1?page=2", "/v1").expect("the same path here");
        assert_eq!(here.as_str(), "http://127.0.0.1:1/api/v1?page=2");
        assert_eq!(
            target.followed("/api/v1?page=2", "/v1").expect("same host").as_str(),
            "http://127.0.0.1:1/api/v1?page=2"
        );
        assert!(Target::new("ftp://x", Identity::default(), None, Limits::default()).is_err());
    }
}
