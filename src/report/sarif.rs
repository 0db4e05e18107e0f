//! SARIF 2.1.0, as code scanning services read it.
//!
//! A few structs of ours rather than the whole object model: a test validates what comes out against the schema.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::collect::Run;
use super::open::open;
use super::{Options, escape, files, text};
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

/// A finding as a result.
pub(crate) struct Told<'a> {
    pub(crate) finding: &'a Finding,
    /// Where it is shown.
    pub(crate) place: Option<&'a Place>,
    /// What it is about beside lines of a file, if anything.
    pub(crate) logical: Option<Value>,
    /// What is said, in lines.
    pub(crate) message: String,
}

/// What is known of a rule: the kind that it belongs to, its first sentence, and its text.
pub(crate) type Described<'a> = (&'a str, &'a str, &'a str);

pub(super) fn render(run: &Run, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(run, options);
    // A finding without a place is one of the document as a whole.
    let whole: Vec<Place> = run.sections.iter().map(|section| whole(&section.started.document)).collect();
    let told = run.sections.iter().zip(&whole).flat_map(|(section, whole)| {
        section.findings.iter().map(move |finding| Told {
            finding,
            place: finding.place.as_ref().or(Some(whole)).filter(|place| !place.file.is_empty()),
            logical: operation(finding),
            message: text::plain(finding, options.show_values),
        })
    });
    let mut notifications = notifications(run);
    let results = results(told.collect(), &rules, &options.root, &mut notifications);
    let (_, exit) = run.verdict();
    let mut report = log(json!({
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
        "results": results,
        "properties": {"seed": run.started.seed, "profile": run.started.profile, "repeat": run.started.repeat,
            "valuesShown": options.show_values, "values": text::values(options.show_values)},
    }));
    if run.started.time.is_empty()
        && let Some(invocation) = report.pointer_mut("/runs/0/invocations/0").and_then(Value::as_object_mut)
    {
        invocation.remove("startTimeUtc");
    }
    writeln!(out, "{}", escape::json(&report)?)
}

/// The findings of documents; `describe` tells what is known of a rule.
pub(crate) fn of_findings<'d>(told: Vec<Told<'_>>, describe: impl Fn(&str) -> Option<Described<'d>>) -> String {
    let mut rules: BTreeMap<&str, CheckInfo> = BTreeMap::new();
    for finding in told.iter().map(|told| told.finding) {
        let rule = rules.entry(&finding.id).or_insert_with(|| described(finding, describe(&finding.id)));
        rule.level = rule.level.max(finding.level);
    }
    let rules: Vec<CheckInfo> = rules.into_values().collect();
    let mut notifications = Vec::new();
    let results = results(told, &rules, Path::new(""), &mut notifications);
    let report = log(json!({
        "tool": {"driver": {
            "name": "contract-gate",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules.iter().map(rule).collect::<Vec<_>>(),
        }},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
        "results": results,
    }));
    escape::json(&report).map(|text| text + "\n").unwrap_or_default()
}

fn log(run: Value) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    })
}

/// The gravest results, as many as GitHub keeps; that some are left out is notified.
fn results(
    mut told: Vec<Told<'_>>,
    rules: &[CheckInfo],
    root: &Path,
    notifications: &mut Vec<Value>,
) -> Vec<SarifResult> {
    told.retain(|told| told.finding.level != Level::Allow);
    if told.len() > MOST {
        let message = format!("{} results were left out: a run may hold {MOST}", told.len() - MOST);
        notifications.push(notification("warning", "results-left-out", &message));
    }
    told.sort_by_key(|told| (told.finding.waived.is_some(), std::cmp::Reverse(told.finding.level)));
    told.truncate(MOST);
    let index: BTreeMap<&str, usize> =
        rules.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
    told.into_iter().map(|told| result(told, &index, root)).collect()
}

fn whole(document: &str) -> Place {
    Place { file: document.to_owned(), pointer: String::new(), line: 1, column: 1 }
}

/// The operation that a finding of a run is about.
fn operation(finding: &Finding) -> Option<Value> {
    let operation = finding.operation.as_ref()?;
    let contract = finding.contract.as_deref().unwrap_or_default();
    Some(json!({"name": operation, "fullyQualifiedName": format!("{contract}.{operation}"), "kind": "function"}))
}

/// Every rule that the gate knows, and those that only findings know; sorted, so that indices are stable.
fn rules(run: &Run, options: &Options) -> Vec<CheckInfo> {
    let mut rules: BTreeMap<String, CheckInfo> =
        options.catalogue.iter().map(|check| (check.id.clone(), check.clone())).collect();
    for finding in run.findings() {
        rules.entry(finding.id.clone()).or_insert_with(|| described(finding, None));
    }
    rules.into_values().collect()
}

/// The rule of a finding, from what is known of it or else from the finding.
fn described(finding: &Finding, known: Option<Described<'_>>) -> CheckInfo {
    let words = finding.id.replace('-', " ");
    let why = finding.why.as_deref().unwrap_or(&words);
    let (family, summary, explanation) = known.unwrap_or(("run", &words, why));
    CheckInfo {
        id: finding.id.clone(),
        family: family.to_owned(),
        summary: summary.to_owned(),
        explanation: explanation.to_owned(),
        level: finding.level,
        place: None,
    }
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

fn result(told: Told<'_>, rules: &BTreeMap<&str, usize>, root: &Path) -> SarifResult {
    let finding = told.finding;
    let mut location = told.place.map_or_else(|| json!({}), |place| physical(place, root));
    if let Some(logical) = told.logical {
        location["logicalLocations"] = json!([logical]);
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
    let message = escape::lines(&told.message).replace("](", "] (");
    let suppressions = finding.waived.iter().map(|reason| escape::lines(reason));
    SarifResult {
        rule_id: finding.id.clone(),
        rule_index: rules.get(finding.id.as_str()).copied(),
        level: level(finding.level),
        message: json!({"text": message}),
        locations: if location == json!({}) { Vec::new() } else { vec![location] },
        related_locations: finding.old_place.iter().map(|place| related(place, root)).collect(),
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
            properties[name] = Value::String(escape::visible(fact));
        }
    }
    properties
}

fn physical(place: &Place, root: &Path) -> Value {
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": files::uri(&place.file, root), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": place.line.max(1), "startColumn": place.column.max(1)},
    }});
    if files::in_repository(&place.file, root).starts_with('/')
        && let Some(artifact) = location.pointer_mut("/physicalLocation/artifactLocation")
    {
        artifact["uri"] = Value::String(format!("file://{}", files::uri(&place.file, root)));
        artifact.as_object_mut().map(|artifact| artifact.remove("uriBaseId"));
    }
    location
}

fn related(place: &Place, root: &Path) -> Value {
    let mut location = physical(place, root);
    location["message"] = json!({"text": "the old document says so here"});
    location
}

/// What the exit code means, and why there is no verdict where there is none.
fn exit_description(run: &Run) -> String {
    let (verdict, exit) = run.verdict();
    let aborted = run.sections.iter().filter_map(|section| section.finished.as_ref()?.aborted.as_ref()).next();
    let why = aborted.map(|aborted| format!(": {}", escape::visible(&aborted.message))).unwrap_or_default();
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
    json!({"level": level, "descriptor": {"id": id}, "message": {"text": escape::visible(message)}})
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
