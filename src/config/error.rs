//! What is wrong with a configuration: where, what, and the next step.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Why a configuration cannot be used. The run ends with exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, or nothing for a flag or an environment variable.
    pub path: Option<PathBuf>,
    /// Line and column, from 1.
    pub position: Option<(usize, usize)>,
    /// What is wrong: lower case, no final stop.
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}", path.display())?;
            if let Some((line, column)) = self.position {
                write!(f, ":{line}:{column}")?;
            }
            write!(f, ": ")?;
        }
        write!(f, "{}", self.message)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Keys under which people look for a place for a secret.
const SECRETS: [&str; 9] =
    ["token", "password", "secret", "api-key", "apikey", "authorization", "auth", "bearer", "credentials"];

impl ConfigError {
    /// An error that is not about a file.
    #[must_use]
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { path: None, position: None, message: message.into(), help: help.into() }
    }

    /// An error at a place in a file.
    #[must_use]
    pub fn at(path: &Path, position: (usize, usize), message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { path: Some(path.to_path_buf()), position: Some(position), message, help }
    }

    /// What the TOML reader had to say, in our words.
    pub(super) fn from_toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let position = error.span().map(|span| line_and_column(text, &span));
        // What it expected stands on a line of its own; any other line break is one of what it quotes.
        let raw = error.message().trim().replace("\nexpected", ", expected").replace('\n', "\\n");
        let (message, help) = reworded(&raw);
        Self { path: Some(path.to_path_buf()), position, message, help }
    }
}

fn reworded(raw: &str) -> (String, String) {
    let mut quoted = raw.split('`').skip(1).step_by(2);
    if raw.starts_with("unknown field") {
        let key = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        let plain = key.to_lowercase().replace('_', "-");
        let help = if SECRETS.contains(&plain.as_str()) {
            "secrets do not stand in this file: name an environment variable with `token-env`, or a file with `token-file`"
                .to_owned()
        } else if let Some(near) = crate::suggest::nearest(&plain, known.iter().copied()) {
            format!("did you mean `{near}`?")
        } else {
            format!("keys here: {}", known.join(", "))
        };
        return (format!("unknown key `{key}`"), help);
    }
    if raw.starts_with("missing field") {
        let key = quoted.next().unwrap_or_default();
        return (format!("the key `{key}` is missing"), format!("add `{key} = …` here"));
    }
    if let Some(rest) = raw.strip_prefix("invalid value: ") {
        let number = ["u64", "u32", "i64"].iter().any(|kind| rest.ends_with(kind));
        let (given, _) = rest.split_once(", expected").unwrap_or((rest, ""));
        return (
            format!("wrong value: {}", without_long_text(given)),
            if number { "write a whole number from 0 on".to_owned() } else { String::new() },
        );
    }
    if let Some(rest) = raw.strip_prefix("invalid type: ") {
        let rest = &without_long_text(rest);
        let words = [
            ("a string", "a text in quotes"),
            ("u64", "a whole number"),
            ("i64", "a whole number"),
            ("a boolean", "true or false"),
            ("a sequence", "a list: [\"…\"]"),
            ("a map", "a table"),
        ];
        let plain = |text: String, (theirs, ours): (&str, &str)| {
            text.replace(&format!("expected {theirs}"), &format!("expected {ours}"))
        };
        return (format!("wrong type: {}", words.into_iter().fold(rest.clone(), plain)), String::new());
    }
    let mut message = raw.to_owned();
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    match message.split_once("; write it") {
        Some((message, help)) => (message.to_owned(), format!("write it{help}")),
        None => (message, String::new()),
    }
}

/// A message without the text that it quotes, unless that is short: a credential may stand at the wrong key.
fn without_long_text(message: &str) -> String {
    const SHORT: usize = 12;
    let parts: Option<(&str, &str, &str)> = message.split_once('"').and_then(|(before, rest)| {
        let (quoted, behind) = rest.rsplit_once('"')?;
        Some((before, quoted, behind))
    });
    match parts {
        Some((before, quoted, behind)) if quoted.chars().count() > SHORT => {
            format!("{before}of {} characters{behind}", quoted.chars().count())
        }
        _ => message.to_owned(),
    }
}

/// Line and column of the start of a span, from 1.
pub(super) fn line_and_column(text: &str, span: &Range<usize>) -> (usize, usize) {
    let before = &text[..floor(text, span.start)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

fn floor(text: &str, mut index: usize) -> usize {
    index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}
