//! What goes to standard error beside the reports: errors of arguments and configuration, and panics, without secrets.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{PoisonError, RwLock};

use crate::mask::{Masker, Secret, redact_credentials, redact_emails, redact_personal};
use crate::report::escape::terminal;

/// Secrets that this process has read.
static KNOWN: RwLock<Vec<Secret>> = RwLock::new(Vec::new());

/// Shortest value of an environment variable that is masked for its name alone, in bytes.
const SHORTEST: usize = 8;

/// Notes secrets, so that no error shows them.
pub fn learn(secrets: &[Secret]) {
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).extend(secrets.iter().cloned());
}

/// A message without secrets: those read so far, those in telling environment variables, and credentials in URLs and
/// arguments; and without e-mail addresses.
///
/// # Example
/// ```
/// use contract_gate::cli::safe;
/// use contract_gate::mask::Secret;
///
/// safe::learn(&[Secret::named("s3cret/key", "TOKEN")]);
/// assert_eq!(safe::text("no such file: s3cret%2Fkey.yaml"), "no such file: $TOKEN.yaml");
/// ```
#[must_use]
pub fn text(message: &str) -> String {
    let mut masker = Masker::new(KNOWN.read().unwrap_or_else(PoisonError::into_inner).iter().cloned());
    for secret in from_environment(
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    ) {
        masker.add(&secret);
    }
    let masked = masker.mask(message);
    let clean = redact_credentials(&masked);
    redact_emails(&clean).into_owned()
}

/// Values of variables whose names say that they are secret.
fn from_environment(variables: impl Iterator<Item = (String, String)>) -> Vec<Secret> {
    let telling = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.ends_with("KEY")
            || ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"].iter().any(|word| name.contains(word))
    };
    variables
        .filter(|(name, value)| telling(name) && value.len() >= SHORTEST && !value.starts_with('/'))
        .map(|(name, value)| Secret::named(value, name))
        .collect()
}

/// Prints an error.
pub(super) fn error(message: &str) {
    note(&format!("error: {message}"));
}

/// Prints a line beside the reports.
pub(super) fn note(message: &str) {
    let _ = writeln!(io::stderr(), "{}", shown(message));
}

/// A message as it is printed: [`text`], and nothing in it is obeyed. Messages quote names and documents of strangers.
#[must_use]
pub(super) fn shown(message: &str) -> String {
    terminal(&text(message))
}

/// Prints what the argument parser has to say.
pub(super) fn usage(error: &clap::Error) {
    let rendered = error.render();
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || !io::stderr().is_terminal();
    let shown = if plain { rendered.to_string() } else { rendered.ansi().to_string() };
    let words: Vec<String> = std::env::args_os().skip(1).filter_map(|word| word.into_string().ok()).collect();
    let example = super::usage::example(error, &words).unwrap_or_default();
    let _ = write!(io::stderr(), "{}{example}", text(&shown));
}

/// A panic is our fault; its message may quote what was being read.
pub fn mask_panics() {
    std::panic::set_hook(Box::new(|info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let message = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let _ = io::stderr().write_all(panic_text(message, &place).as_bytes());
    }));
}

/// What a panic with a message at a place of the source prints.
#[must_use]
pub fn panic_text(message: &str, place: &str) -> String {
    let mut out = format!("error: contract-gate failed by its own fault: {}\n", redact_personal(&shown(message)));
    let _ = writeln!(out, "  at {place}\n  help: please report it, with the command line and the version");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_shows_no_secret_and_nobody() {
        learn(&[Secret::named("cAn4ry-of-a-panic", "PANIC_TOKEN")]);
        let shown = panic_text(
            "called `Result::unwrap()` on Err: jane@example.com, +49 151 98765432, cAn4ry-of-a-panic, cAn4ry%2Dof-a-panic",
            "src/x.rs:1:1",
        );
        for leaked in ["cAn4ry", "jane", "98765432"] {
            assert!(!shown.contains(leaked), "{shown}");
        }
        assert!(shown.contains("$PANIC_TOKEN") && shown.contains("src/x.rs:1:1"), "{shown}");
    }

    #[test]
    fn telling_variables_are_secret() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let found = from_environment(
            [pair("CI_JOB_TOKEN", "abcdefgh1"), pair("HOME", "/home/somebody"), pair("SSH_KEY", "/path/to/key")]
                .into_iter(),
        );
        assert_eq!(found.iter().map(Secret::expose).collect::<Vec<_>>(), ["abcdefgh1"]);
    }
}
