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

/// Whether a parameter, header or variable of this name holds a credential.
#[must_use]
pub fn names_credential(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '-' | '_' | '.')).collect::<String>().to_ascii_lowercase();
    NAMES.contains(&plain.as_str())
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
        ] {
            assert_eq!(redact_credentials(text), clean);
        }
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
