//! Finds credentials by where they stand, not by what they are: in URLs, behind telling names, behind a scheme.
//!
//! For texts that are written before any secret is known: errors about arguments, the command line itself.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::STARS;

/// Names that hold a credential, without separators and in lower case.
const NAMES: [&str; 19] = [
    "accesstoken",
    "apikey",
    "apitoken",
    "auth",
    "authorization",
    "authtoken",
    "bearer",
    "clientsecret",
    "credential",
    "credentials",
    "idtoken",
    "jwt",
    "passwd",
    "password",
    "refreshtoken",
    "secret",
    "sig",
    "token",
    "xapikey",
];

/// `scheme://user:password@host`.
static USER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"([A-Za-z][A-Za-z0-9+.\-]*://)[^/\s?#'"`]*@"#).ok());
/// `name=value` as in a query or an argument.
static PAIR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(^|[?&\s'"`=,{])([A-Za-z][A-Za-z0-9_\-]*)(=\s?["']?)((?:Bearer |Basic |Token )?[^&\s'"`,]+)"#).ok()
});
/// `Bearer value`.
static SCHEME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(?i:(bearer|basic|token)) +([A-Za-z0-9._~+/=\-]{8,})").ok());

/// Last words of names that hold a credential, whatever stands before them: `X-Amz-Signature`, `csrf_token`.
const LAST_WORDS: [&str; 23] = [
    "apikey",
    "assertion",
    "auth",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "credentials",
    "jsessionid",
    "jwt",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "phpsessid",
    "pwd",
    "secret",
    "session",
    "sessionid",
    "sessiontoken",
    "sig",
    "signature",
    "token",
];
/// Words before `token` that make it a place in a list.
const PLACES: [&str; 13] = [
    "continuation",
    "continue",
    "cursor",
    "delta",
    "next",
    "page",
    "pagination",
    "paging",
    "prev",
    "previous",
    "resume",
    "start",
    "sync",
];
/// Words before `key` that make it one to a door, and not that of a record.
const DOORS: [&str; 15] = [
    "access",
    "api",
    "app",
    "auth",
    "client",
    "consumer",
    "encryption",
    "functions",
    "gateway",
    "private",
    "secret",
    "service",
    "shared",
    "signing",
    "subscription",
];
/// What in the name of a header that goes with every request speaks of a credential.
const HINTS: [&str; 10] =
    ["auth", "cookie", "credential", "jwt", "key", "password", "secret", "session", "signature", "token"];

/// Whether a parameter, header, cookie or variable of this name holds a credential. A page token or the key of a record
/// is none.
///
/// # Example
/// ```
/// use contract_gate::mask::names_credential;
///
/// assert!(["X-Amz-Signature", "api_key", "accessToken", "session"].into_iter().all(names_credential));
/// assert!(!["pageToken", "sort_key", "session_count"].into_iter().any(names_credential));
/// ```
#[must_use]
pub fn names_credential(name: &str) -> bool {
    let words = words(name);
    if NAMES.contains(&words.concat().as_str()) {
        return true;
    }
    let word = |from_end: usize| words.len().checked_sub(from_end).and_then(|at| words.get(at)).map(String::as_str);
    let before = word(2).unwrap_or_default();
    match word(1) {
        Some("token") => !PLACES.contains(&before),
        Some("key") => DOORS.contains(&before),
        Some("id") => before == "session",
        Some(last) => LAST_WORDS.contains(&last),
        None => false,
    }
}

/// Whether a header that somebody gives for every request holds a credential by its name. Such a header says who comes and
/// hardly ever anything else, so that a hint is enough: `X-Customer-Key` may well be one.
#[must_use]
pub fn header_names_credential(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    HINTS.iter().any(|hint| lower.contains(hint)) || names_credential(name)
}

/// The words of a name, in lower case: `X-Api-Key`, `x_api_key` and `xApiKey` have the same three.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for character in name.chars() {
        let separates = !character.is_ascii_alphanumeric();
        if separates || (small && character.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| !separates) {
            word.push(character.to_ascii_lowercase());
        }
        small = character.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a URL holds a user or a password.
#[must_use]
pub fn has_user(url: &str) -> bool {
    USER.as_ref().is_some_and(|pattern| pattern.is_match(url))
}

/// A text without users in URLs, without values of parameters that hold credentials, and without what follows `Bearer`.
///
/// # Example
/// ```
/// use contract_gate::mask::redact_credentials;
///
/// assert_eq!(redact_credentials("--base-url https://me:s3cret@host/?token=abc&limit=2"),
///            "--base-url https://***@host/?token=***&limit=2");
/// ```
#[must_use]
pub fn redact_credentials(text: &str) -> Cow<'_, str> {
    let (Some(user), Some(pair), Some(scheme)) = (USER.as_ref(), PAIR.as_ref(), SCHEME.as_ref()) else {
        return Cow::Borrowed(STARS);
    };
    let mut out = Cow::Borrowed(text);
    let mut replace = |pattern: &Regex, by: &dyn Fn(&Captures<'_>) -> String| {
        if let Cow::Owned(new) = pattern.replace_all(&out, by) {
            out = Cow::Owned(new);
        }
    };
    replace(user, &|found| format!("{}{STARS}@", &found[1]));
    replace(pair, &|found| {
        let reference =
            ["$", "env:", "file:", STARS, "<", "…", "REDACTED"].iter().any(|sign| found[4].starts_with(sign));
        if names_credential(&found[2]) && !reference {
            format!("{}{}{}{STARS}", &found[1], &found[2], &found[3])
        } else {
            found[0].to_owned()
        }
    });
    replace(scheme, &|found| {
        // An ordinary word may follow; a credential is long or has a digit in it.
        let value = &found[2];
        if value.len() >= 24 || value.contains(|c: char| c.is_ascii_digit()) {
            format!("{} {STARS}", &found[1])
        } else {
            found[0].to_owned()
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_by_their_place() {
        for (text, clean) in [
            ("https://me:p@ss@h/x", "https://***@h/x"),
            ("`ftp://x:s3cret@h` is no base URL", "`ftp://***@h` is no base URL"),
            ("http://h/?a=1&api_key=s3cret&b=2", "http://h/?a=1&api_key=***&b=2"),
            ("--header 'Authorization=Bearer abc.def' --x", "--header 'Authorization=***' --x"),
            ("--param client-secret=s3cret", "--param client-secret=***"),
            ("--header=X-Api-Key=s3cret", "--header=X-Api-Key=***"),
            ("got Bearer eyJhbGciOi1", "got Bearer ***"),
            ("http://h/?X-Amz-Signature=abc&X-Amz-Date=1", "http://h/?X-Amz-Signature=***&X-Amz-Date=1"),
            ("http://h/?X-Amz-Security-Token=abc&session=1f", "http://h/?X-Amz-Security-Token=***&session=***"),
        ] {
            assert_eq!(redact_credentials(text), clean);
        }
    }

    #[test]
    fn a_name_says_by_its_words_what_it_holds() {
        for name in [
            "X-Session",
            "signature",
            "sessionId",
            "X-Amz-Security-Token",
            "csrf_token",
            "X-Gateway-Key",
            "API-KEY",
            "x.api.key",
        ] {
            assert!(names_credential(name) && header_names_credential(name), "{name}");
        }
        for name in
            ["pageToken", "next_page_token", "sort_key", "key", "external_key", "session_count", "token_type", ""]
        {
            assert!(!names_credential(name), "{name}");
        }
        assert!(header_names_credential("X-Customer-Key") && !header_names_credential("Accept-Language"));
    }

    #[test]
    fn what_is_no_credential_stays() {
        for text in [
            "http://127.0.0.1:8080/v1/customers?limit=2&pageToken=abc123",
            "Authorization: Bearer $TOKEN",
            "--header Authorization=env:AUTH --token-env FLEXPORTAL_TOKEN",
            "token=$TOKEN",
            "basic information 12",
            "export NO_SUCH_VARIABLE=…",
            "mail to jane@example.com",
        ] {
            assert_eq!(redact_credentials(text), text);
        }
    }
}
