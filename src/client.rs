//! Typed clients, one for each document under `openapi/`, generated when the crate is built.
//!
//! A document that is added or edited there adds or changes a module here. Operations are methods of `Client` that give
//! a builder; bodies are structs in `types`. What the document wants with every request, credential and tenant, is given
//! once, to `connect`.
//!
//! The types read every answer that the document allows: unknown fields are passed over, times stay the text that was
//! sent, whole numbers (up to 64 bits) may be written as `1.0`, and an enumeration is an `enum` only where the document
//! closes it. They allow more than the document does, so they judge nothing. Not typed, and out of `connect`'s sight:
//! credentials that differ by operation, and response headers.
//!
//! # Example
//! All customers, a page at a time:
//!
//! ```
//! use contract_gate::client::flexportal::Client;
//! # use std::sync::Arc;
//! # use contract_gate::{contract::Contract, mock::{Options, start}};
//! # let server = start(Arc::new(Contract::shipped("flexportal")?), Options::default())?;
//! # let (base, token, tenant) = (server.base_url(), &server.access().token, &server.access().tenants[0]);
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//!
//! let client = Client::connect(base, token, tenant)?;
//! let mut customers = Vec::new();
//! let mut cursor: Option<String> = None;
//! loop {
//!     let mut request = client.list_customers().limit(100);
//!     if let Some(cursor) = &cursor {
//!         request = request.start_after(cursor);
//!     }
//!     let page = request.send().await?.into_inner();
//!     customers.extend(page.customers);
//!     if !page.has_more {
//!         break;
//!     }
//!     cursor = page.next_cursor;
//! }
//! assert_eq!(customers.len(), 237);
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

mod whole;

include!(concat!(env!("OUT_DIR"), "/registry.rs"));

/// What a client sends with every request, whatever the operation: credential and tenant.
///
/// `Debug` shows the names of the headers, never their values.
#[derive(Clone, Default)]
pub struct Session {
    headers: HeaderMap,
}

impl Session {
    /// A session that adds nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a header to every request; an empty value adds none.
    ///
    /// # Errors
    /// When name or value cannot stand in a header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, ConnectError> {
        let fail = || ConnectError::Header { name: name.to_owned() };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| fail())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| fail())?;
        value.set_sensitive(true);
        if !value.is_empty() {
            self.headers.insert(key, value);
        }
        Ok(self)
    }

    fn apply(&self, request: &mut reqwest::Request) {
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.headers.keys()).finish()
    }
}

/// Why no client could be made. No message contains a credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address is no `http` or `https` URL, or holds a user, a query or a fragment.
    #[error("the base address {reason}; write it like `https://api.example.com`")]
    Base {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A name or a value that HTTP does not allow in a header.
    #[error("what should go into the header `{name}` cannot stand there: visible ASCII on one line can")]
    Header {
        /// The header.
        name: String,
    },
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Http(#[from] reqwest::Error),
}

/// The address that paths are appended to.
fn base_url(base: &str) -> Result<String, ConnectError> {
    let fail = |reason| Err(ConnectError::Base { reason });
    let Ok(url) = reqwest::Url::parse(base) else { return fail("is no URL") };
    match url.scheme() {
        "http" => {}
        "https" if cfg!(feature = "tls") => {}
        "https" => return fail("is https, and this build has no TLS (cargo feature `tls`)"),
        _ => return fail("is neither http nor https"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return fail("holds a user or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return fail("holds a query or fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn http_client() -> Result<reqwest::Client, ConnectError> {
    // An error means that somebody else in this process installed a provider already.
    #[cfg(feature = "tls")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(30))
        .user_agent(concat!("contract-gate/", env!("CARGO_PKG_VERSION")))
        .build()?)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<(), String> {
    serde_json::from_slice::<T>(body).map(drop).map_err(|error| without_values(&error))
}

/// What a reader stumbled over, in kinds and declared names only.
fn without_values(error: &serde_json::Error) -> String {
    let full = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = full.strip_suffix(&place).unwrap_or(&full);
    // The last one is serde's own: what is expected comes from the type, after the value.
    let expected = || text.rfind(", expected ").map_or("", |at| &text[at..]);
    let reason = match error.classify() {
        Category::Io | Category::Syntax | Category::Eof => text.to_owned(),
        Category::Data
            if ["missing field", "duplicate field", "data did not match"].iter().any(|it| text.starts_with(it)) =>
        {
            text.to_owned()
        }
        Category::Data if text.starts_with("unknown variant") => format!("unknown variant{}", expected()),
        Category::Data if text.starts_with("invalid ") => {
            // `invalid type: string "…", expected …`: the kind ends where the value begins.
            let kind = text.split([',', '`', '"']).next().unwrap_or_default().trim_end();
            format!("{kind}{}", expected())
        }
        Category::Data => "a value that the type cannot hold".to_owned(),
    };
    if error.line() == 0 { reason } else { format!("{reason}{place}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credential_is_never_shown() {
        let client = flexportal::Client::connect("http://127.0.0.1:1/", "canary", "canary").expect("lawful arguments");
        assert!(!format!("{client:?} {:?}", client.list_customers()).contains("canary"));
        let error = flexportal::Client::connect("http://127.0.0.1:1", "can\nary", "t").expect_err("no header value");
        assert!(error.to_string().contains("authorization"), "{error}");
        for base in ["http://user:canary@h/", "file:///canary", "canary", "http://h/?canary=1"] {
            let error = flexportal::Client::connect(base, "t", "t").expect_err(base);
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }

    #[test]
    fn base_keeps_its_path() {
        assert_eq!(base_url("http://h:1/api/v1/").expect("lawful"), "http://h:1/api/v1");
    }
}
