//! The one currency of the gate: what a check, a diff rule, a lint or a stale waiver has to say.
//!
//! A [`Finding`] is plain data; text is made from it in `report` only. Bodies belong to customers, so a finding
//! carries the *shape* of a value in [`Finding::actual`] and the value itself apart from it, in
//! [`Finding::shown_value`], which reporters print only if the user asks.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a finding weighs. Only [`Level::Deny`] turns the gate red.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Not reported at all.
    Allow,
    /// An observation; never fails the gate.
    Note,
    /// Wrong or doubtful, but the gate stays green unless the user says otherwise.
    Warn,
    /// A violation of the contract: exit code 1.
    #[default]
    Deny,
}

impl Level {
    /// The word used in reports, flags and configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A place in a document: file, JSON pointer, line and column (from 1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the working folder where possible.
    pub file: String,
    /// JSON pointer into the document.
    pub pointer: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Whether a fault was seen again when it was looked for again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Stability {
    /// Seen again on repetition, or not a matter of repetition (documents, recordings).
    #[default]
    Reproduced,
    /// Seen, and not looked at again: it would have cost too many requests, or the run had ended.
    Unconfirmed,
    /// Seen several times, but not every time.
    Intermittent {
        /// How often it was seen.
        failed: u32,
        /// Out of how many answers that could have shown it.
        of: u32,
    },
    /// Seen once and not again.
    Flaky {
        /// How many repetitions were lawful.
        repeats: u32,
    },
}

/// A request and its answer, as evidence of a finding.
///
/// Everything but the `shown` fields is free of customer data: bodies are keys and shapes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhibit {
    /// What was sent.
    pub request: ShownRequest,
    /// What came back; absent when no answer came.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub response: Option<ShownAnswer>,
    /// Why no whole answer came.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failure: Option<String>,
}

/// A request as a finding shows it; credentials stand in it as `$NAME`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRequest {
    /// Method.
    pub method: String,
    /// Whole address.
    pub url: String,
    /// `Name: value`, one each.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub headers: Vec<String>,
    /// JSON body.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<String>,
}

/// An answer as a finding shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers that matter, `name: value`; values that may belong to somebody as shapes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub headers: Vec<String>,
    /// Bytes of the whole body.
    pub bytes: usize,
    /// The part of the body that the fault is about, as keys and shapes; absent when it was not kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<String>,
    /// The headers with their values; only with `--show-values`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub shown_headers: Vec<String>,
    /// The same part with its values; only with `--show-values`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shown_body: Option<String>,
}

impl Exhibit {
    /// Takes out what is printed only if the user asks.
    pub fn withhold(&mut self) {
        if let Some(response) = &mut self.response {
            response.shown_headers.clear();
            response.shown_body = None;
        }
    }
}

/// One judged fault.
///
/// [`Finding::new`] makes one; its fields are then set one by one, and more may come.
///
/// # Example
/// ```
/// use contract_gate::finding::{Finding, Level};
/// let mut finding = Finding::new("wrong-type", "a text stands where a number belongs").compare("integer", "string");
/// finding.level = Level::Warn;
/// assert_eq!(finding.occurrences, 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Id of the check or rule: kebab-case, names the fault.
    pub id: String,
    /// Its level after profile, overrides and stability.
    pub level: Level,
    /// What is wrong: lower case, no final stop, no customer data.
    pub title: String,
    /// What the contract promises.
    pub expected: String,
    /// What was seen, as a shape (`string of 7 characters`), without customer data.
    pub actual: String,
    /// The offending value itself; printed only with `--show-values`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shown_value: Option<String>,
    /// Name of the contract.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contract: Option<String>,
    /// `operationId`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<String>,
    /// Every operation reached by the same fault (diff), the first one included.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub operations: Vec<String>,
    /// JSON pointer into the answer's body, array indices as seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pointer: Option<String>,
    /// Where the contract says so; for a diff, the place in the new document.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Place>,
    /// For a diff: the place in the old document.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub old_place: Option<Place>,
    /// Where the requirement comes from: page and place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// Why it matters to a consumer; one or two sentences.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    /// The smallest requests that show it, as curl lines with secrets masked.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub curl: Vec<String>,
    /// The same requests with what came back.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub exchanges: Vec<Exhibit>,
    /// For a diff: a payload that was lawful on one side only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub witness: Option<String>,
    /// Whether it was reproduced.
    #[serde(default)]
    pub stability: Stability,
    /// How many places showed the same fault; this finding describes the first.
    pub occurrences: u32,
    /// Survives reordering, new records and other seeds: see [`Finding::fingerprint_of`].
    pub fingerprint: String,
    /// Fingerprint of the finding that it may be a consequence of: one on the same list that is mended first.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub follows: Option<String>,
    /// Facts that tools may want beside the text.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub facts: BTreeMap<String, String>,
    /// The reason of the waiver that accepts it, if one does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub waived: Option<String>,
}

impl Finding {
    /// Starts a finding at deny level.
    #[must_use]
    pub fn new(id: &str, title: impl Into<String>) -> Self {
        Self { id: id.to_owned(), title: title.into(), occurrences: 1, ..Self::default() }
    }

    /// Sets the two sides of the comparison.
    #[must_use]
    pub fn compare(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.expected = expected.into();
        self.actual = actual.into();
        self
    }

    /// A fingerprint from what identifies a fault: id, contract, operation and place, array indices left out.
    ///
    /// Twelve hexadecimal digits; independent of seed, data and order.
    #[must_use]
    pub fn fingerprint_of(parts: &[&str]) -> String {
        let mut text = String::new();
        for part in parts {
            for segment in part.split('/') {
                let index = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
                text.push_str(if index { "*" } else { segment });
                text.push('/');
            }
            text.push('\n');
        }
        format!("{:012x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()) & 0xffff_ffff_ffff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_forget_array_indices() {
        let one = Finding::fingerprint_of(&["wrong-type", "/customers/17/status"]);
        let two = Finding::fingerprint_of(&["wrong-type", "/customers/3/status"]);
        assert_eq!(one, two);
        assert_ne!(one, Finding::fingerprint_of(&["wrong-type", "/customers/3/email"]));
        assert_eq!(one.len(), 12);
    }

    #[test]
    fn levels_are_ordered_by_weight() {
        assert!(Level::Deny > Level::Warn && Level::Warn > Level::Note && Level::Note > Level::Allow);
    }
}
