//! On which connections requests travel, and how many are under way at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Limits, TargetError};

/// Answers without 429 after which one more request may be under way again.
const CALM: usize = 50;

/// The ways to a target.
///
/// A server may close a connection that it kept just when a request is on its way: nothing is wrong with that, and whoever
/// meets it asks again on another connection (RFC 9112, section 9.3.1). From then on every request gets a connection of its
/// own: what is lost there was lost by the server.
pub(super) struct Connections {
    kept: reqwest::Client,
    own: OnceLock<reqwest::Client>,
    http: bool,
    timeout: Duration,
    distrusted: AtomicBool,
    lanes: Semaphore,
    /// Lanes that are open, and those that there are.
    open: AtomicUsize,
    most: usize,
    calm: AtomicUsize,
}

impl Connections {
    pub(super) fn new(url: &reqwest::Url, limits: &Limits) -> Result<Self, TargetError> {
        let (http, timeout, most) = (url.scheme() == "http", limits.timeout, limits.concurrency.max(1));
        #[cfg(all(feature = "tls", target_os = "linux"))]
        if !http {
            readable_certificates(std::env::var_os("SSL_CERT_FILE"))?;
        }
        Ok(Self {
            kept: client(http, timeout, most).map_err(|why| TargetError::Client(Box::new(why)))?,
            own: OnceLock::new(),
            http,
            timeout,
            distrusted: AtomicBool::new(false),
            lanes: Semaphore::new(most),
            open: AtomicUsize::new(most),
            most,
            calm: AtomicUsize::new(0),
        })
    }

    /// Whether kept connections are still used.
    pub(super) fn is_kept(&self) -> bool {
        !self.distrusted.load(Ordering::Relaxed)
    }

    /// Gives every further request a connection of its own.
    pub(super) fn distrust(&self) {
        self.distrusted.store(true, Ordering::Relaxed);
    }

    /// The client to send with.
    pub(super) fn client(&self) -> &reqwest::Client {
        if self.is_kept() {
            return &self.kept;
        }
        self.own.get_or_init(|| client(self.http, self.timeout, 0).unwrap_or_else(|_| self.kept.clone()))
    }

    /// A lane for one request; `None` only when there are no lanes any more, which does not happen.
    pub(super) async fn lane(&self) -> Option<SemaphorePermit<'_>> {
        self.lanes.acquire().await.ok()
    }

    /// Gives a lane back. One that led to a 429 is closed, unless it is the last; calm opens it again.
    pub(super) fn leave(&self, lane: Option<SemaphorePermit<'_>>, too_many: bool) {
        let narrower = |open: usize| (open > 1).then(|| open - 1);
        if too_many {
            self.calm.store(0, Ordering::Relaxed);
            if self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, narrower).is_ok() {
                lane.into_iter().for_each(SemaphorePermit::forget);
            }
            return;
        }
        let wider = |open: usize| (open < self.most).then_some(open + 1);
        let calm = self.calm.fetch_add(1, Ordering::Relaxed) + 1;
        if calm >= CALM && self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, wider).is_ok() {
            self.calm.store(0, Ordering::Relaxed);
            self.lanes.add_permits(1);
        }
    }
}

/// Whether the file of certificates that the environment names holds any: the TLS library passes over one that does not,
/// and then trusts nobody.
#[cfg(all(feature = "tls", target_os = "linux"))]
fn readable_certificates(file: Option<std::ffi::OsString>) -> Result<(), TargetError> {
    let Some(file) = file.filter(|file| !file.is_empty()) else { return Ok(()) };
    let path = std::path::PathBuf::from(file);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) => return Err(TargetError::Certificates { path, source }),
    };
    let is_pem = String::from_utf8_lossy(&bytes).contains("-----BEGIN ");
    if is_pem { Ok(()) } else { Err(TargetError::NoCertificate(path)) }
}

fn client(http: bool, timeout: Duration, idle: usize) -> reqwest::Result<reqwest::Client> {
    let mut always = reqwest::header::HeaderMap::new();
    let codings = reqwest::header::HeaderValue::from_static(crate::coding::ACCEPTED);
    always.insert(reqwest::header::ACCEPT_ENCODING, codings);
    let client = reqwest::Client::builder()
        .default_headers(always)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .tcp_nodelay(true)
        .pool_max_idle_per_host(idle)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .user_agent(concat!("contract-gate/", env!("CARGO_PKG_VERSION")));
    // Reading the machine's certificates takes longer than many a request.
    #[cfg(feature = "tls")]
    let client = if http { client.tls_certs_only([]) } else { client };
    #[cfg(not(feature = "tls"))]
    let _ = http;
    client.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(all(feature = "tls", target_os = "linux"))]
    #[test]
    fn a_file_without_certificates_is_told() {
        let told = |file: &str| readable_certificates(Some(file.into())).map_err(|error| error.to_string());
        let missing = told("/no/such/file.pem").expect_err("it is not there");
        assert!(missing.starts_with("SSL_CERT_FILE names /no/such/file.pem, which cannot be read"), "{missing}");
        let other = told(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).expect_err("it holds none");
        assert!(other.contains("Cargo.toml, which holds no certificate; name a file"), "{other}");
        assert!(readable_certificates(None).is_ok() && told("").is_ok());
    }

    #[tokio::test]
    async fn lanes_are_closed_by_429_and_opened_by_calm() {
        crate::target::install_tls();
        let url = reqwest::Url::parse("http://127.0.0.1:1").expect("a URL");
        let ways = Connections::new(&url, &Limits { concurrency: 3, ..Limits::default() }).expect("is set up");
        for _ in 0..5 {
            let lane = ways.lane().await;
            ways.leave(lane, true);
        }
        assert_eq!(ways.lanes.available_permits(), 1, "the last lane stays open");
        for _ in 0..CALM {
            let lane = ways.lane().await;
            ways.leave(lane, false);
        }
        assert_eq!(ways.lanes.available_permits(), 2);
    }
}
