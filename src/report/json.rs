//! The whole run as one JSON document; its schema is `src/report/schema/report.schema.json`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::collect::{Run, Section};
use super::{Options, escape, text};
use crate::event::{Aborted, CoverageItem, Judged, OperationTotals, Outcome};
use crate::finding::Finding;

/// Version of the format; it changes when a reader would have to.
pub(super) const FORMAT: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report<'a> {
    format: u32,
    gate: &'a str,
    verdict: &'a str,
    exit: u8,
    exit_meaning: &'a str,
    seed: u64,
    profile: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<&'a str>,
    repeat: &'a str,
    time: &'a str,
    millis: u64,
    requests: u64,
    values_shown: bool,
    values: &'static str,
    findings: BTreeMap<&'a str, u64>,
    waived: u64,
    verdicts: BTreeMap<&'a str, u64>,
    contracts: Vec<Contract<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Contract<'a> {
    contract: &'a str,
    title: &'a str,
    document: &'a str,
    hash: &'a str,
    target: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    settings: &'a BTreeMap<String, String>,
    requests: u64,
    waited: u64,
    millis: u64,
    cost: BTreeMap<&'a str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aborted: Option<&'a Aborted>,
    remarks: &'a [String],
    operations: &'a [OperationTotals],
    findings: &'a [Finding],
    ledger: &'a [Judged],
    coverage: Coverage<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Coverage<'a> {
    declared: usize,
    seen: usize,
    excused: usize,
    items: &'a [CoverageItem],
}

pub(super) fn render(run: &Run, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let finished = run.finished.clone().unwrap_or_default();
    let (verdict, exit) = run.verdict();
    let report = Report {
        format: FORMAT,
        gate: &run.started.version,
        verdict,
        exit,
        exit_meaning: text::exit_meaning(exit, verdict),
        seed: run.started.seed,
        profile: &run.started.profile,
        shard: run.started.shard.as_deref(),
        repeat: &run.started.repeat,
        time: &run.started.time,
        millis: finished.millis,
        requests: finished.requests,
        values_shown: options.show_values,
        values: text::values(options.show_values),
        findings: finished.findings.iter().map(|(level, number)| (level.as_str(), *number)).collect(),
        waived: finished.waived,
        verdicts: Outcome::NAMES.into_iter().zip(run.outcomes()).collect(),
        contracts: run.sections.iter().map(contract).collect(),
    };
    writeln!(out, "{}", escape::json(&report)?)
}

fn contract(section: &Section) -> Contract<'_> {
    let started = &section.started;
    let finished = section.finished.as_ref();
    let items = finished.map_or(&[][..], |finished| &finished.coverage.items);
    Contract {
        contract: &started.contract,
        title: &started.title,
        document: &started.document,
        hash: &started.hash,
        target: &started.target,
        settings: &started.settings,
        requests: finished.map_or(0, |finished| finished.requests),
        waited: finished.map_or(0, |finished| finished.waited),
        millis: finished.map_or(0, |finished| finished.millis),
        cost: finished.iter().flat_map(|finished| &finished.cost).map(|(name, cost)| (name.as_str(), *cost)).collect(),
        aborted: finished.and_then(|finished| finished.aborted.as_ref()),
        remarks: finished.map_or(&[], |finished| &finished.remarks),
        operations: finished.map_or(&[], |finished| &finished.operations),
        findings: &section.findings,
        ledger: &section.judged,
        coverage: Coverage {
            declared: items.len(),
            seen: items.iter().filter(|item| item.seen > 0).count(),
            excused: items.iter().filter(|item| item.seen == 0 && !item.excused.is_empty()).count(),
            items,
        },
    }
}
