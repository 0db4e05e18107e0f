//! A JSON report, read back: for merging the parts of a split run, and for writing waivers from it.

use serde::Deserialize;

use super::collect::{Run, Section};
use super::json::FORMAT;
use crate::event::{
    Aborted, ContractFinished, ContractStarted, Coverage, CoverageItem, Judged, OperationTotals, RunFinished,
    RunStarted,
};
use crate::finding::Finding;

/// Why a text is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is no JSON, or another one.
    #[error("is no JSON report of `contract-gate check`: {0}; write one with --report json=FILE")]
    Other(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("has format {found}, this version reads {FORMAT}; use the same version for all")]
    Format {
        /// The format found.
        found: u32,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    format: u32,
    gate: String,
    verdict: String,
    exit: u8,
    seed: u64,
    profile: String,
    #[serde(default)]
    shard: Option<String>,
    repeat: String,
    time: String,
    millis: u64,
    requests: u64,
    values_shown: bool,
    findings: std::collections::BTreeMap<String, u64>,
    waived: u64,
    verdicts: std::collections::BTreeMap<String, u64>,
    contracts: Vec<Contract>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Contract {
    contract: String,
    title: String,
    document: String,
    hash: String,
    target: String,
    #[serde(default)]
    settings: std::collections::BTreeMap<String, String>,
    requests: u64,
    waited: u64,
    millis: u64,
    cost: std::collections::BTreeMap<String, u64>,
    #[serde(default)]
    aborted: Option<Aborted>,
    remarks: Vec<String>,
    operations: Vec<OperationTotals>,
    findings: Vec<Finding>,
    ledger: Vec<Judged>,
    coverage: Seen,
}

#[derive(Deserialize)]
struct Seen {
    items: Vec<CoverageItem>,
}

/// Reads what `--report json` wrote.
///
/// # Errors
/// When the text is something else, or of another version.
pub fn read(text: &str) -> Result<Run, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    let head: Head = serde_json::from_str(text)?;
    if head.format != FORMAT {
        return Err(ReadError::Format { found: head.format });
    }
    let report: Report = serde_json::from_str(text)?;
    debug_assert_eq!(report.format, FORMAT, "the head said so");
    Ok(Run {
        started: RunStarted {
            version: report.gate,
            seed: report.seed,
            profile: report.profile,
            repeat: report.repeat,
            time: report.time,
            show_values: report.values_shown,
            shard: report.shard,
        },
        sections: report.contracts.into_iter().map(section).collect(),
        finished: Some(RunFinished {
            exit: report.exit,
            findings: report.findings,
            waived: report.waived,
            outcomes: report.verdicts,
            requests: report.requests,
            millis: report.millis,
            verdict: report.verdict,
        }),
    })
}

fn section(contract: Contract) -> Section {
    let operations = contract.operations.iter().map(|totals| totals.operation.clone()).collect();
    Section {
        started: ContractStarted {
            contract: contract.contract.clone(),
            title: contract.title,
            document: contract.document,
            hash: contract.hash,
            target: contract.target,
            operations,
            settings: contract.settings,
        },
        judged: contract.ledger,
        findings: contract.findings,
        finished: Some(ContractFinished {
            contract: contract.contract,
            requests: contract.requests,
            waited: contract.waited,
            cost: contract.cost,
            millis: contract.millis,
            operations: contract.operations,
            coverage: Coverage { items: contract.coverage.items },
            remarks: contract.remarks,
            aborted: contract.aborted,
        }),
    }
}
