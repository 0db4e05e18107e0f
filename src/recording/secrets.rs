//! Credentials in a recording, found by where they stand.

use super::{Recording, har};
use crate::mask::{Secret, is_placeholder, names_credential};

/// Shortest value that counts as a credential for standing in a cookie alone, in bytes: what is shorter is a setting, such
/// as `theme=dark`, and would turn ordinary words into stars.
const SHORTEST_COOKIE: usize = 8;

/// Every credential of a recording, each once.
pub(super) fn secrets(recording: &Recording) -> Vec<Secret> {
    let mut found: Vec<Secret> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for entry in &recording.entries {
        for secret in of_entry(&entry.raw) {
            if !secret.too_short() && !is_placeholder(secret.expose()) && known.insert(secret.expose().to_owned()) {
                found.push(secret);
            }
        }
    }
    found
}

fn of_entry(entry: &har::Entry) -> Vec<Secret> {
    let mut found = Vec::new();
    let headers = entry.request.headers.iter().chain(&entry.response.headers);
    for pair in headers.filter(|pair| names_credential(&pair.name)) {
        if pair.name.to_ascii_lowercase().ends_with("cookie") {
            cookies(&pair.value, &mut found);
        } else {
            header(&pair.name, &pair.value, &mut found);
        }
    }
    let kept = |pair: &&har::Pair| is_credential_cookie(&pair.name, &pair.value);
    found.extend(entry.request.cookies.iter().filter(kept).map(|pair| Secret::new(pair.value.clone())));
    if let Some(address) = super::base::Address::parse(&entry.request.url) {
        let secret = address.query.into_iter().filter(|(name, _)| names_credential(name));
        found.extend(secret.map(|(_, value)| Secret::new(value)));
    }
    if let Ok(url) = reqwest::Url::parse(&entry.request.url) {
        // As it stands in the address, and as it is meant.
        let password = url.password().map(|text| percent_encoding::percent_decode_str(text).decode_utf8_lossy());
        found.extend(url.password().map(Secret::new));
        found.extend(password.map(Secret::new));
    }
    found
}

/// Words before a credential that are none of it, whatever the header is called.
const SCHEMES: [&str; 8] = ["apikey", "basic", "bearer", "digest", "dpop", "hmac", "jwt", "token"];

/// The scheme of a credential, if one stands before it, and the credential. Only where a scheme belongs, any word is one:
/// elsewhere a blank may be part of the credential.
pub(super) fn parted<'a>(name: &str, value: &'a str) -> (Option<&'a str>, &'a str) {
    let value = value.trim();
    let has_scheme = ["authorization", "proxy-authorization"].iter().any(|known| name.eq_ignore_ascii_case(known));
    let is_scheme = |word: &str| has_scheme || SCHEMES.iter().any(|known| word.eq_ignore_ascii_case(known));
    match value.split_once(' ').filter(|(word, _)| is_scheme(word)) {
        Some((scheme, credential)) => (Some(scheme), credential.trim()),
        None => (None, value),
    }
}

/// The credential of a header, behind its scheme; of user and password also the password.
fn header(name: &str, value: &str, found: &mut Vec<Secret>) {
    let (scheme, credential) = parted(name, value);
    found.push(Secret::named(credential, "TOKEN"));
    if !scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic")) {
        return;
    }
    if let Ok(plain) = super::body::decode(credential).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) {
        found.extend(plain.split_once(':').map(|(_, password)| Secret::new(password)));
        found.push(Secret::new(plain));
    }
}

fn is_credential_cookie(name: &str, value: &str) -> bool {
    names_credential(name) || value.len() >= SHORTEST_COOKIE
}

/// The values of cookies, whatever attributes follow.
fn cookies(text: &str, found: &mut Vec<Secret>) {
    const ATTRIBUTES: [&str; 6] = ["path", "domain", "expires", "max-age", "samesite", "priority"];
    for part in text.split([';', '\n']) {
        let Some((name, value)) = part.split_once('=') else { continue };
        let attribute = ATTRIBUTES.iter().any(|known| name.trim().eq_ignore_ascii_case(known));
        let value = value.trim().trim_matches('"');
        if !attribute && is_credential_cookie(name.trim(), value) {
            found.push(Secret::new(value));
        }
    }
}
