//! What a run really judged, written down, so that a later run that judges less is noticed.
//!
//! Only verdicts count: passed and failed. A check that has become inconclusive, not applicable, disabled or absent is a
//! [`CHECKED_LESS`] finding. The file is sorted JSON, made to be committed and read in review.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::event::{CheckInfo, Judged, Outcome};
use crate::finding::{Finding, Level};

/// Id of the finding that a check gives no verdict any more.
pub const CHECKED_LESS: &str = "checked-less";

/// Version of the file.
const FORMAT: u32 = 1;

/// Why a ledger cannot be used; the message holds the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}\n  help: name a file; it is created if it is not there", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It holds something else.
    #[error("{}: is no ledger: {source}\n  help: name another file, or delete it to begin anew", .path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// Another version wrote it.
    #[error("{}: has format {found}, this version reads {FORMAT}\n  help: delete it to begin anew", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The format found.
        found: u32,
    },
}

/// Checks that gave a verdict, by contract and operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    format: u32,
    judged: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Ledger {
    /// What a run judged.
    #[must_use]
    pub fn of<'a>(verdicts: impl IntoIterator<Item = &'a Judged>) -> Self {
        let mut judged: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for verdict in verdicts {
            if verdict.outcome.is_judged() {
                let operations = judged.entry(verdict.contract.clone()).or_default();
                operations.entry(verdict.operation.clone()).or_default().insert(verdict.check.clone());
            }
        }
        Self { format: FORMAT, judged }
    }

    /// Reads a ledger; `None` when there is no such file yet.
    ///
    /// # Errors
    /// When the file cannot be read or is no ledger.
    pub fn read(path: &Path) -> Result<Option<Self>, LedgerError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(LedgerError::Unreadable { path: path.to_owned(), source }),
        };
        let ledger: Self =
            serde_json::from_str(&text).map_err(|source| LedgerError::Other { path: path.to_owned(), source })?;
        match ledger.format {
            FORMAT => Ok(Some(ledger)),
            found => Err(LedgerError::Format { path: path.to_owned(), found }),
        }
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Adds what another ledger holds.
    pub fn join(&mut self, other: Self) {
        for (contract, operations) in other.judged {
            for (operation, checks) in operations {
                self.judged.entry(contract.clone()).or_default().entry(operation).or_default().extend(checks);
            }
        }
    }

    /// What was judged before and is not judged by these verdicts: one finding for each operation and reason.
    #[must_use]
    pub fn less<'a>(&self, verdicts: impl IntoIterator<Item = &'a Judged>) -> Vec<Finding> {
        let now: BTreeMap<(&str, &str, &str), &Outcome> = verdicts
            .into_iter()
            .map(|one| ((one.contract.as_str(), one.operation.as_str(), one.check.as_str()), &one.outcome))
            .collect();
        let mut findings = Vec::new();
        for (contract, operations) in &self.judged {
            if !now.keys().any(|(known, ..)| known == contract) {
                findings.push(finding(
                    contract,
                    None,
                    format!("`{contract}` is no longer checked"),
                    "it was not part of the run",
                ));
                continue;
            }
            for (operation, checks) in operations {
                let mut lost: BTreeMap<String, Vec<&str>> = BTreeMap::new();
                for check in checks {
                    let actual = match now.get(&(contract.as_str(), operation.as_str(), check.as_str())) {
                        Some(outcome) if outcome.is_judged() => continue,
                        Some(Outcome::Inconclusive { reason, .. }) => format!("inconclusive: {reason}"),
                        Some(Outcome::NotApplicable { reason }) => format!("not applicable: {reason}"),
                        Some(Outcome::Disabled { by }) => format!("switched off by {by}"),
                        Some(_) | None => "no such check or operation in this run".to_owned(),
                    };
                    lost.entry(actual).or_default().push(check);
                }
                for (actual, checks) in lost {
                    findings.push(finding(contract, Some((operation, &checks)), title(&checks, operation), &actual));
                }
            }
        }
        findings
    }
}

/// Checks that a title names; the rest is counted.
const NAMED: usize = 3;

fn title(checks: &[&str], operation: &str) -> String {
    let named: Vec<String> = checks.iter().take(NAMED).map(|check| format!("`{check}`")).collect();
    let more = checks.len().saturating_sub(NAMED);
    match (checks.len(), more) {
        (1, _) => format!("{} gives no verdict on `{operation}` any more", named[0]),
        (_, 0) => format!("{} give no verdict on `{operation}` any more", named.join(", ")),
        _ => format!("{} and {more} more checks give no verdict on `{operation}` any more", named.join(", ")),
    }
}

fn finding(contract: &str, of: Option<(&String, &[&str])>, title: String, actual: &str) -> Finding {
    let (operation, checks) = of.map_or(("", String::new()), |(operation, checks)| (operation, checks.join(", ")));
    let mut finding = Finding::new(CHECKED_LESS, title).compare("a verdict, as in an earlier run", actual);
    finding.contract = Some(contract.to_owned());
    finding.operation = of.map(|(operation, _)| operation.clone());
    finding.fingerprint = Finding::fingerprint_of(&[CHECKED_LESS, contract, operation, &checks]);
    if of.is_some() {
        finding.facts.insert("checks".to_owned(), checks);
    }
    finding.why = Some("A gate that checks less than yesterday stays green for the wrong reason.".to_owned());
    finding
}

/// What reports need to know of the finding that comes from here.
#[must_use]
pub fn catalogue() -> CheckInfo {
    let summary = "A check that gave a verdict in an earlier run gives none any more.";
    CheckInfo {
        id: CHECKED_LESS.to_owned(),
        family: "run".to_owned(),
        summary: summary.to_owned(),
        explanation: format!(
            "{summary}\n\n## Why it matters\nA gate that checks less than yesterday stays green for the wrong reason.\n\n\
             ## Example\nThe sandbox was emptied: no page border is left, and `record-skipped` is inconclusive.\n\n\
             ## Source\nours: supply what is missing, or, if less is meant, delete the line from the ledger (`--ledger FILE`)."
        ),
        level: Level::Deny,
        place: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Evidence;

    fn judged(check: &str, outcome: Outcome) -> Judged {
        let (contract, operation, family) = ("ours".to_owned(), "list".to_owned(), "paging".to_owned());
        Judged { contract, operation, check: check.to_owned(), family, outcome, evidence: Evidence::default() }
    }

    #[test]
    fn less_is_what_gave_a_verdict_and_gives_none() {
        let inconclusive = || Outcome::Inconclusive { reason: "no page".to_owned(), remedy: String::new() };
        let before =
            Ledger::of(&[judged("a", Outcome::Passed), judged("b", Outcome::Failed), judged("c", inconclusive())]);
        let now = [judged("a", Outcome::Failed), judged("b", inconclusive()), judged("c", inconclusive())];
        let less = before.less(&now);
        assert_eq!(less.len(), 1, "{less:#?}");
        assert!(less[0].title.contains("`b`") && less[0].actual == "inconclusive: no page", "{less:#?}");
        assert_eq!(before.less(&[]).len(), 1, "a contract that is gone is one finding");
    }

    #[test]
    fn ledgers_grow_and_keep_their_order() {
        let mut ledger = Ledger::of(&[judged("b", Outcome::Passed)]);
        ledger.join(Ledger::of(&[judged("a", Outcome::Passed)]));
        let text = ledger.text();
        assert!(text.find("\"a\"") < text.find("\"b\""), "{text}");
        assert_eq!(serde_json::from_str::<Ledger>(&text).ok(), Some(ledger));
    }
}
