//! What a run says while it runs: the seam between the engine and everything that reports.
//!
//! The engine emits; reporters listen; neither knows the other. Events come in plan order whatever the concurrency, so
//! that the same seed and the same answers give the same reports. Everything in here is masked already.

mod kinds;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Level, Place};

pub use kinds::{Declared, Obstacle};

/// One step of a run, in the past tense.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
#[non_exhaustive]
pub enum Event {
    /// The run began.
    RunStarted(RunStarted),
    /// One contract is about to be checked against one target.
    ContractStarted(ContractStarted),
    /// One exchange crossed the wire; for progress only, reporters of results ignore it.
    Exchanged(Exchanged),
    /// One check gave its verdict on one operation.
    Judged(Judged),
    /// A fault was found; follows the [`Event::Judged`] that it belongs to.
    Found(Box<Finding>),
    /// One contract is done.
    ContractFinished(Box<ContractFinished>),
    /// The run is done; always the last event.
    RunFinished(RunFinished),
}

/// How the run was set up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    /// Version of the gate.
    pub version: String,
    /// The seed that repeats this run.
    pub seed: u64,
    /// Profile: `default`, `core`, `list`, `isolation` or `strict`.
    pub profile: String,
    /// The command line that repeats the run, without secrets.
    pub repeat: String,
    /// Start, RFC 3339; left out of deterministic comparisons.
    pub time: String,
    /// Whether values of bodies are shown (`--show-values`).
    pub show_values: bool,
    /// Which part of a split run this is: `2/5`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shard: Option<String>,
}

/// What is about to be checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContractStarted {
    /// Name of the contract, or of the target in the configuration.
    pub contract: String,
    /// Title and version of the document.
    pub title: String,
    /// The document's file.
    pub document: String,
    /// Hash of the document's text: 16 hexadecimal digits.
    pub hash: String,
    /// Base URL of the target, or the recording that is judged.
    pub target: String,
    /// Operations that will be judged.
    pub operations: Vec<String>,
    /// What the run was set to do, by name, as far as its verdict depends on it; nothing of a recording.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub settings: BTreeMap<String, String>,
}

/// One exchange, for progress.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exchanged {
    /// Operation.
    pub operation: String,
    /// HTTP status; absent when no answer came.
    pub status: Option<u16>,
    /// Requests sent to this target so far.
    pub requests: u64,
    /// The request budget, if there is one.
    pub budget: Option<u64>,
}

/// The verdict of one check on one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Name of the contract.
    pub contract: String,
    /// `operationId`, or empty for the contract as a whole.
    pub operation: String,
    /// Id of the check.
    pub check: String,
    /// Family of the check: `answers`, `paging`, `filters`, `sorting`, `records`, `access`, `protocol`, `run`.
    pub family: String,
    /// The outcome.
    pub outcome: Outcome,
    /// What was really looked at.
    pub evidence: Evidence,
}

/// Outcomes that never share a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// Something was looked at and it was lawful.
    Passed,
    /// At least one finding at level deny.
    Failed,
    /// The gravest finding is at level warn.
    Warned,
    /// Nothing but notes was found.
    Noted,
    /// Every finding above a note is accepted by a waiver. Only reports give it: waivers are applied after the verdict.
    Waived,
    /// Nothing could be concluded: what is missing, and how to supply it.
    Inconclusive {
        /// What was missing.
        reason: String,
        /// How to supply it.
        remedy: String,
    },
    /// The contract promises nothing that this check could judge here.
    NotApplicable {
        /// Why not.
        reason: String,
    },
    /// Switched off by the user.
    Disabled {
        /// By which flag or key.
        by: String,
    },
}

/// Counts of what a verdict rests on. A check with none of them did not pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Answers judged.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub answers: u64,
    /// Records judged, each as often as it was seen.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub records: u64,
    /// Pages judged.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub pages: u64,
    /// Pairs compared: record with record, page with page, walk with walk.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub pairs: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Outcome {
    /// Whether something was looked at and judged, however it came out.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        Self::JUDGED.contains(&self.name())
    }

    /// Names of the outcomes for which something was looked at and judged.
    pub const JUDGED: [&'static str; 5] = ["passed", "failed", "warned", "noted", "waived"];

    /// How many of the verdicts that are counted by outcome rest on something that was looked at.
    #[must_use]
    pub fn judged_of(outcomes: &BTreeMap<String, u64>) -> u64 {
        Self::JUDGED.iter().filter_map(|name| outcomes.get(*name)).sum()
    }

    /// Every name, in the order of reports.
    pub const NAMES: [&'static str; 8] =
        ["passed", "failed", "warned", "noted", "waived", "inconclusive", "not-applicable", "disabled"];

    /// Its name in counts and reports.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Warned => "warned",
            Self::Noted => "noted",
            Self::Waived => "waived",
            Self::Inconclusive { .. } => "inconclusive",
            Self::NotApplicable { .. } => "not-applicable",
            Self::Disabled { .. } => "disabled",
        }
    }

    /// How grave it is, and below that how much it says; of two outcomes together the weightier one holds.
    #[must_use]
    pub fn weight(&self) -> u8 {
        match self {
            Self::Failed => 7,
            Self::Warned => 6,
            Self::Waived => 5,
            Self::Noted => 4,
            Self::Passed => 3,
            Self::Inconclusive { .. } => 2,
            Self::NotApplicable { .. } => 1,
            Self::Disabled { .. } => 0,
        }
    }

    /// The outcome of a verdict with these findings, by the gravest that no waiver accepts.
    #[must_use]
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let (mut worst, mut waived) = (None, false);
        for finding in findings {
            if finding.waived.is_some() {
                waived |= finding.level > Level::Note;
            } else {
                worst = worst.max(Some(finding.level));
            }
        }
        match worst {
            Some(Level::Deny) => Self::Failed,
            Some(Level::Warn) => Self::Warned,
            _ if waived => Self::Waived,
            Some(Level::Note) => Self::Noted,
            Some(Level::Allow) | None => Self::Passed,
        }
    }
}

impl Evidence {
    /// Whether nothing at all was looked at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds the counts of another.
    pub fn add(&mut self, other: Self) {
        self.answers += other.answers;
        self.records += other.records;
        self.pages += other.pages;
        self.pairs += other.pairs;
    }
}

/// How much of the contract was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// One line per thing that the contract declares; in document order.
    pub items: Vec<CoverageItem>,
}

/// One thing that the contract declares, and how often it was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CoverageItem {
    /// What it is.
    pub kind: Declared,
    /// Operation or schema that it belongs to.
    pub scope: String,
    /// Its name, e.g. `200 application/json`, `limit`, `status=active`, `phone present`.
    pub name: String,
    /// How often it was seen or sent.
    pub seen: u64,
    /// Why it is not counted as a gap although it was not seen; empty otherwise.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub excused: String,
}

/// Totals of one operation, for the human table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OperationTotals {
    /// `operationId`.
    pub operation: String,
    /// Method and path template.
    pub endpoint: String,
    /// Requests sent to it.
    pub requests: u64,
    /// Distinct records seen.
    pub records: u64,
    /// Pages walked.
    pub pages: u64,
    /// Verdicts by outcome, see [`Outcome::NAMES`].
    pub outcomes: BTreeMap<String, u64>,
}

/// One contract is done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContractFinished {
    /// Name of the contract.
    pub contract: String,
    /// Requests sent, repetitions and shrinking included.
    pub requests: u64,
    /// Of these: sent again because the target asked for patience (429, 503).
    pub waited: u64,
    /// Requests by what they were sent for: a family, `preflight`, `confirm and shrink`, `regressions`.
    pub cost: BTreeMap<String, u64>,
    /// Wall time in milliseconds; left out of deterministic comparisons.
    pub millis: u64,
    /// Totals per operation, in document order.
    pub operations: Vec<OperationTotals>,
    /// What was seen of the contract.
    pub coverage: Coverage,
    /// Things that are no finding but that a reader should know, e.g. "data moved during the run".
    pub remarks: Vec<String>,
    /// Why there is no verdict for this contract, if there is none.
    pub aborted: Option<Aborted>,
}

/// Why a run ended without a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aborted {
    /// What stood in the way; it decides the exit code.
    pub kind: Obstacle,
    /// What happened.
    pub message: String,
    /// The next step.
    pub remedy: String,
}

/// The exit code of a run: 1 where the contract is violated, whatever else came between; of a run without a verdict 2
/// where the set-up cannot be used and 3 otherwise; else 0.
#[must_use]
pub fn exit_code(aborted: Option<&Aborted>, violated: bool) -> u8 {
    match aborted {
        _ if violated => 1,
        Some(aborted) if aborted.kind == Obstacle::Unusable => 2,
        Some(_) => 3,
        None => 0,
    }
}

/// The run is done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunFinished {
    /// The exit code that the run asks for.
    pub exit: u8,
    /// Findings by level, waived ones left out.
    pub findings: BTreeMap<String, u64>,
    /// Findings accepted by a waiver.
    pub waived: u64,
    /// Verdicts by outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// Requests in all.
    pub requests: u64,
    /// Wall time in milliseconds; left out of deterministic comparisons.
    pub millis: u64,
    /// The verdict in a few words: `conforms`, `violated`, `no verdict`.
    pub verdict: String,
}

/// What reporters need to know of a check: the catalogue, as data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckInfo {
    /// Id: kebab-case, names the fault.
    pub id: String,
    /// Family.
    pub family: String,
    /// First sentence of its explanation.
    pub summary: String,
    /// The whole explanation, Markdown.
    pub explanation: String,
    /// Default level.
    pub level: crate::finding::Level,
    /// Where the check itself stands, if it judges a document.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Place>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_up_that_cannot_be_used_ends_as_such_and_a_violation_as_one() {
        let aborted = |kind| Aborted { kind, message: String::new(), remedy: String::new() };
        assert_eq!(exit_code(None, false), 0);
        assert_eq!(exit_code(Some(&aborted(Obstacle::Unusable)), false), 2);
        assert_eq!(exit_code(Some(&aborted(Obstacle::Unreachable)), false), 3);
        for end in [None, Some(aborted(Obstacle::Unusable)), Some(aborted(Obstacle::Budget))] {
            assert_eq!(exit_code(end.as_ref(), true), 1);
        }
    }
}
