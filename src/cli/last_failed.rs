//! `--last-failed`: which checks failed on which operations in the last run, in `.contract-gate/last-failed.json`.
//!
//! The folder stands beside the configuration file, or in the working folder, and keeps itself out of version control.
//! Trial runs against embedded servers are remembered only if the flag is given.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::safe;
use super::subject::Subject;
use crate::config::Config;
use crate::event::Outcome;
use crate::finding::Finding;
use crate::report::Run;

/// Version of the file.
const FORMAT: u32 = 1;

type Checks = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Record {
    format: u32,
    failed: Checks,
}

fn folder(config: &Config) -> PathBuf {
    let beside = config.path.as_ref().and_then(|path| path.parent()).map(Path::to_path_buf);
    beside.unwrap_or_default().join(".contract-gate")
}

fn read(config: &Config) -> Option<Record> {
    let text = std::fs::read_to_string(folder(config).join("last-failed.json")).ok()?;
    serde_json::from_str(&text).ok().filter(|record: &Record| record.format == FORMAT)
}

/// What failed last time, by subject; empty when nothing is known, and then everything runs.
pub(super) fn restriction(config: &Config, subjects: &[Subject]) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let mut found = BTreeMap::new();
    let record = read(config).unwrap_or_default();
    for subject in subjects {
        let Some(operations) = record.failed.get(&subject.name) else { continue };
        let pairs = |(operation, checks): (&String, &BTreeSet<String>)| {
            checks.iter().map(|check| (operation.clone(), check.clone())).collect::<Vec<_>>()
        };
        found.insert(subject.name.clone(), operations.iter().flat_map(pairs).collect());
    }
    if found.is_empty() {
        safe::note("nothing is known to have failed in the last run: everything runs");
    }
    found
}

/// Writes down what failed. What this run did not judge stays as it was; a file that cannot be written is told, no more.
pub(super) fn remember(config: &Config, run: &Run, counts: impl Fn(&Finding) -> bool) {
    let mut record = read(config).unwrap_or_default();
    let before = std::mem::take(&mut record.failed);
    record.format = FORMAT;
    record.failed = updated(before.clone(), run, counts);
    if record.failed == before {
        return;
    }
    let folder = folder(config);
    let text = serde_json::to_string_pretty(&record).unwrap_or_default() + "\n";
    let result = super::memory::write(&folder.join("last-failed.json"), &text)
        .and_then(|()| super::memory::write(&folder.join(".gitignore"), "*\n"));
    if let Err(message) = result {
        safe::note(&format!("note: --last-failed will not know of this run: {message}"));
    }
}

fn updated(mut failed: Checks, run: &Run, counts: impl Fn(&Finding) -> bool) -> Checks {
    let red: BTreeSet<(&str, &str, &str)> = run
        .findings()
        .filter(|finding| counts(finding))
        .filter_map(|finding| Some((finding.contract.as_deref()?, finding.operation.as_deref()?, finding.id.as_str())))
        .collect();
    for judged in run.judged() {
        let checks = failed.entry(judged.contract.clone()).or_default().entry(judged.operation.clone()).or_default();
        if red.contains(&(judged.contract.as_str(), judged.operation.as_str(), judged.check.as_str())) {
            checks.insert(judged.check.clone());
        } else if judged.outcome.is_judged() || matches!(judged.outcome, Outcome::NotApplicable { .. }) {
            checks.remove(&judged.check);
        }
    }
    for operations in failed.values_mut() {
        operations.retain(|_, checks| !checks.is_empty());
    }
    failed.retain(|_, operations| !operations.is_empty());
    failed
}
