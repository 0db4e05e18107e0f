//! What stands before the paths of the document: given, known, or derived from where the paths match.

use reqwest::Url;

use super::RecordingError;
use crate::contract::Contract;

/// A base URL, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) origin: String,
    /// Path without a slash at its end.
    pub(super) path: String,
}

impl Base {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|url| url.has_host())?;
        Some(Self { origin: origin(text), path: url.path().trim_end_matches('/').to_owned() })
    }

    pub(super) fn given(text: &str) -> Result<Self, RecordingError> {
        let shown = || crate::mask::redact_credentials(text).split(['?', '#']).next().unwrap_or_default().to_owned();
        Self::parse(text).ok_or_else(|| RecordingError::BadBase(shown()))
    }

    /// What stands behind it in an address, if it starts the address.
    pub(super) fn rest<'a>(&self, address: &'a Address) -> Option<&'a str> {
        if self.origin != address.origin {
            return None;
        }
        address.path.strip_prefix(&self.path).filter(|rest| rest.starts_with('/'))
    }

    pub(super) fn text(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }
}

/// An address, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) origin: String,
    /// As it crossed the wire.
    pub(super) path: String,
    /// Decoded pairs.
    pub(super) query: Vec<(String, String)>,
}

impl Address {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
        let query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        Some(Self { origin: origin(text), path: url.path().to_owned(), query })
    }
}

/// Scheme, host and port of an address; the text up to its path where it is none.
pub(super) fn origin(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.has_host() => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
        }
        Ok(url) => format!("{}:", url.scheme()),
        Err(_) => "no address".to_owned(),
    }
}

/// The servers that a document names; those with variables are left out.
pub(super) fn documented(contract: &Contract) -> Vec<Base> {
    let servers = contract.document.at("/servers").and_then(serde_json::Value::as_array);
    let urls = servers.into_iter().flatten().filter_map(|server| server.get("url")?.as_str());
    urls.filter(|url| !url.contains('{')).filter_map(Base::parse).collect()
}
