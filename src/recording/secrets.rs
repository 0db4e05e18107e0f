//! Credentials in a recording, found by where they stand.

use super::{Recording, har};
use crate::mask::{STARS, Secret, names_credential};

/// Shortest value of a cookie or a parameter that counts as a credential, in bytes.
const SHORTEST: usize = 8;

/// Whether a header holds a credential by its name.
pub(super) fn is_credential_header(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "authorization" | "proxy-authorization" | "cookie" | "set-cookie" | "x-auth" | "x-csrf-token"
    ) || names_credential(name)
        || ["-api-key", "-token", "-secret"].iter().any(|end| lower.ends_with(end))
        || lower == "api-key"
}

/// Whether a text stands for a credential that was masked already.
pub(super) fn is_masked(text: &str) -> bool {
    text.starts_with('$')
        || text.starts_with("base64(")
        || text.contains(STARS)
        || text.eq_ignore_ascii_case("redacted")
}

/// Every credential of a recording, each once.
pub(super) fn secrets(recording: &Recording) -> Vec<Secret> {
    let mut found: Vec<Secret> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for entry in &recording.entries {
        for secret in of_entry(&entry.raw) {
            if !secret.too_short() && !is_masked(secret.expose()) && known.insert(secret.expose().to_owned()) {
                found.push(secret);
            }
        }
    }
    found
}

fn of_entry(entry: &har::Entry) -> Vec<Secret> {
    let mut found = Vec::new();
    let headers = entry.request.headers.iter().chain(&entry.response.headers);
    for pair in headers.filter(|pair| is_credential_header(&pair.name)) {
        if pair.name.to_ascii_lowercase().ends_with("cookie") {
            cookies(&pair.value, &mut found);
        } else {
            header(&pair.value, &mut found);
        }
    }
    let long = |pair: &&har::Pair| pair.value.len() >= SHORTEST;
    found.extend(entry.request.cookies.iter().filter(long).map(|pair| Secret::new(pair.value.clone())));
    if let Some(address) = super::base::Address::parse(&entry.request.url) {
        let secret =
            address.query.into_iter().filter(|(name, value)| names_credential(name) && value.len() >= SHORTEST);
        found.extend(secret.map(|(_, value)| Secret::new(value)));
    }
    if let Ok(url) = reqwest::Url::parse(&entry.request.url) {
        found.extend(url.password().filter(|text| text.len() >= SHORTEST).map(Secret::new));
    }
    found
}

/// The credential of a header, behind its scheme; of user and password also the password.
fn header(value: &str, found: &mut Vec<Secret>) {
    let value = value.trim();
    let (scheme, credential) = value.split_once(' ').unwrap_or(("", value));
    let credential = credential.trim();
    found.push(Secret::named(credential, "TOKEN"));
    if !scheme.eq_ignore_ascii_case("basic") {
        return;
    }
    if let Ok(plain) = super::body::decode(credential).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) {
        found.extend(plain.split_once(':').map(|(_, password)| Secret::new(password)));
        found.push(Secret::new(plain));
    }
}

/// The values of cookies, whatever attributes follow.
fn cookies(text: &str, found: &mut Vec<Secret>) {
    const ATTRIBUTES: [&str; 6] = ["path", "domain", "expires", "max-age", "samesite", "priority"];
    for part in text.split([';', '\n']) {
        let Some((name, value)) = part.split_once('=') else { continue };
        let attribute = ATTRIBUTES.iter().any(|known| name.trim().eq_ignore_ascii_case(known));
        let value = value.trim().trim_matches('"');
        if !attribute && value.len() >= SHORTEST {
            found.push(Secret::new(value));
        }
    }
}
