//! SARIF 2.1.0, as code scanning services read it.
//!
//! A few structs of ours rather than the whole object model: a test validates what comes out against the schema.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::collect::{Run, Section};
use super::open::open;
use super::{Options, files, text};
use crate::event::CheckInfo;
use crate::finding::{Finding, Level, Place};

/// Results that GitHub keeps per run.
const MOST: usize = 5_000;
/// Checks that are named for one reason why they were not concluded.
const NAMES: usize = 20;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Value,
    locations: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Value>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    occurrence_count: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Value>,
    properties: Value,
}

pub(super) fn render(run: &Run, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(run, options);
    let mut results: Vec<(&Section, &Finding)> = run
        .sections
        .iter()
        .flat_map(|section| section.findings.iter().map(move |finding| (section, finding)))
        .filter(|(_, finding)| finding.level != Level::Allow)
        .collect();
    let all = results.len();
    results.sort_by_key(|(_, finding)| (finding.waived.is_some(), std::cmp::Reverse(finding.level)));
    results.truncate(MOST);
    let mut notifications = notifications(run);
    if all > MOST {
        let message = format!("{} results were left out: a run may hold {MOST}", all - MOST);
        notifications.push(notification("warning", "results-left-out", &message));
    }
    let (_, exit) = run.verdict();
    let index: BTreeMap<&str, usize> =
        rules.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "contract-gate",
                "version": run.started.version,
                "semanticVersion": run.started.version,
                "rules": rules.iter().map(rule).collect::<Vec<_>>(),
            }},
            "automationDetails": {"id": format!("contract-gate/{}", run.started.profile)},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": exit < 2,
                "exitCode": exit,
                "exitCodeDescription": exit_description(run),
                "startTimeUtc": run.started.time,
                "toolExecutionNotifications": notifications,
            }],
            "results": results.iter().map(|(section, finding)| result(section, finding, &index, options)).collect::<Vec<_>>(),
            "properties": {"seed": run.started.seed, "profile": run.started.profile, "repeat": run.started.repeat,
                "valuesShown": options.show_values, "values": text::values(options.show_values)},
        }],
    });
    let mut report = report;
    if run.started.time.is_empty()
        && let Some(invocation) = report.pointer_mut("/runs/0/invocations/0").and_then(Value::as_object_mut)
    {
        invocation.remove("startTimeUtc");
    }
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

/// Every rule that the gate knows, and those that only findings know; sorted, so that indices are stable.
fn rules(run: &Run, options: &Options) -> Vec<CheckInfo> {
    let mut rules: BTreeMap<String, CheckInfo> =
        options.catalogue.iter().map(|check| (check.id.clone(), check.clone())).collect();
    for finding in run.findings() {
        rules.entry(finding.id.clone()).or_insert_with(|| CheckInfo {
            id: finding.id.clone(),
            family: "run".to_owned(),
            summary: finding.id.replace('-', " "),
            explanation: finding.why.clone().unwrap_or_else(|| finding.id.replace('-', " ")),
            level: finding.level,
            place: None,
        });
    }
    rules.into_values().collect()
}

fn rule(check: &CheckInfo) -> Value {
    let plain = check.explanation.replace("## ", "").replace('`', "");
    json!({
        "id": check.id,
        "name": pascal(&check.id),
        "shortDescription": {"text": check.summary},
        "fullDescription": {"text": check.summary},
        "help": {
            "text": format!("{plain}\n\nMore: contract-gate explain {}", check.id),
            "markdown": format!("{}\n\nMore: `contract-gate explain {}`", check.explanation, check.id),
        },
        "defaultConfiguration": {"level": level(check.level), "enabled": check.level != Level::Allow},
        "properties": {"tags": ["api-contract", check.family]},
    })
}

fn result(section: &Section, finding: &Finding, rules: &BTreeMap<&str, usize>, options: &Options) -> SarifResult {
    let fallback = Place { file: section.started.document.clone(), pointer: String::new(), line: 1, column: 1 };
    let place = finding.place.as_ref().or(Some(&fallback)).filter(|place| !place.file.is_empty());
    let mut location = place.map_or_else(|| json!({}), |place| physical(place, options));
    if let Some(operation) = &finding.operation {
        let contract = finding.contract.as_deref().unwrap_or_default();
        location["logicalLocations"] =
            json!([{"name": operation, "fullyQualifiedName": format!("{contract}.{operation}"), "kind": "function"}]);
    }
    let fingerprint = if finding.fingerprint.is_empty() {
        let parts = [
            &finding.id,
            finding.operation.as_deref().unwrap_or_default(),
            finding.pointer.as_deref().unwrap_or_default(),
        ];
        Finding::fingerprint_of(&parts)
    } else {
        finding.fingerprint.clone()
    };
    // Square brackets followed by round ones are a link in SARIF messages.
    let message = text::plain(finding, options.show_values).replace("](", "] (");
    let suppressions = finding.waived.iter();
    SarifResult {
        rule_id: finding.id.clone(),
        rule_index: rules.get(finding.id.as_str()).copied(),
        level: level(finding.level),
        message: json!({"text": message}),
        locations: if location == json!({}) { Vec::new() } else { vec![location] },
        related_locations: finding.old_place.iter().map(|place| related(place, options)).collect(),
        partial_fingerprints: BTreeMap::from([("contractGate/v1", fingerprint)]),
        occurrence_count: finding.occurrences.max(1),
        suppressions: suppressions.map(|reason| json!({"kind": "external", "justification": reason})).collect(),
        properties: properties(finding),
    }
}

fn properties(finding: &Finding) -> Value {
    let mut properties = json!({});
    let facts = [
        ("contract", &finding.contract),
        ("operation", &finding.operation),
        ("bodyPointer", &finding.pointer),
        ("source", &finding.source),
        ("stability", &text::stability(finding)),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            properties[name] = Value::String(text::visible(fact));
        }
    }
    properties
}

fn physical(place: &Place, options: &Options) -> Value {
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": files::uri(&place.file, &options.root), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": place.line.max(1), "startColumn": place.column.max(1)},
    }});
    if files::in_repository(&place.file, &options.root).starts_with('/')
        && let Some(artifact) = location.pointer_mut("/physicalLocation/artifactLocation")
    {
        artifact["uri"] = Value::String(format!("file://{}", files::uri(&place.file, &options.root)));
        artifact.as_object_mut().map(|artifact| artifact.remove("uriBaseId"));
    }
    location
}

fn related(place: &Place, options: &Options) -> Value {
    let mut location = physical(place, options);
    location["message"] = json!({"text": "the old document says so here"});
    location
}

/// What the exit code means, and why there is no verdict where there is none.
fn exit_description(run: &Run) -> String {
    let (verdict, exit) = run.verdict();
    let aborted = run.sections.iter().filter_map(|section| section.finished.as_ref()?.aborted.as_ref()).next();
    let why = aborted.map(|aborted| format!(": {}", text::visible(&aborted.message))).unwrap_or_default();
    let why = if exit == 3 { why } else { String::new() };
    format!("{}{why}", text::exit_meaning(exit, verdict))
}

fn notifications(run: &Run) -> Vec<Value> {
    let mut notifications = Vec::new();
    for section in &run.sections {
        let name = &section.started.contract;
        if let Some(aborted) = section.finished.as_ref().and_then(|finished| finished.aborted.as_ref()) {
            let message = format!("{name}: no verdict: {}; next: {}", aborted.message, aborted.remedy);
            notifications.push(notification("error", aborted.kind.name(), &message));
        }
        for open in open(&section.judged) {
            let (names, more) = open.names(NAMES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let message = format!("{name}: {}; next: {} ({names}{more})", open.reason, open.remedy);
            notifications.push(notification("warning", "inconclusive", &message));
        }
    }
    notifications
}

fn notification(level: &str, id: &str, message: &str) -> Value {
    json!({"level": level, "descriptor": {"id": id}, "message": {"text": text::visible(message)}})
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
        Level::Allow => "none",
    }
}

/// `wrong-type` becomes `WrongType`.
fn pascal(id: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    id.split('-').map(capital).collect()
}
