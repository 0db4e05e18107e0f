//! SARIF 2.1.0, for code scanning.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Report, change_of, evidence, operations};
use crate::diff::rules;
use crate::finding::{Finding, Level, Place};

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note | Level::Allow => "note",
    }
}

/// The characters of a path that a URI takes as they are; a colon could be taken for a scheme.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

fn uri(file: &str) -> String {
    utf8_percent_encode(&file.replace('\\', "/"), PATH).to_string()
}

fn location(place: &Place) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file) },
            "region": { "startLine": place.line.max(1), "startColumn": place.column.max(1) },
        },
        "logicalLocations": [{ "fullyQualifiedName": place.pointer }],
    })
}

fn result(finding: &Finding) -> Value {
    let change = change_of(finding);
    let mut message = if change.is_empty() { finding.title.clone() } else { format!("{}: {change}", finding.title) };
    if !finding.operations.is_empty() {
        message.push_str(&format!(" ({})", operations(finding, false)));
    }
    for line in evidence(finding) {
        message.push('\n');
        message.push_str(&line);
    }
    let mut result = json!({
        "ruleId": finding.id,
        "level": level(finding.level),
        "message": { "text": message },
        "locations": finding.place.iter().map(location).collect::<Vec<_>>(),
        "relatedLocations": finding.old_place.iter().map(location).collect::<Vec<_>>(),
        "partialFingerprints": { "contractGate/v1": finding.fingerprint },
    });
    if let Some(reason) = &finding.waived {
        result["suppressions"] = json!([{ "kind": "external", "justification": reason }]);
    }
    result
}

pub(super) fn render(report: &Report<'_>) -> String {
    let all: Vec<&Finding> = report.outcome.findings.iter().chain(&report.outcome.notes).collect();
    document(&all, |id| rules::find(id).map(|rule| (rule.summary(), rule.doc)))
}

/// A log of one run; `describe` gives the summary and the text of a rule.
pub(crate) fn document<'d>(findings: &[&Finding], describe: impl Fn(&str) -> Option<(&'d str, &'d str)>) -> String {
    let used: BTreeSet<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
    let described: Vec<Value> = used
        .iter()
        .map(|id| match describe(id) {
            Some((summary, doc)) => json!({
                "id": id,
                "shortDescription": { "text": summary },
                "help": { "text": doc, "markdown": doc },
            }),
            None => json!({ "id": id }),
        })
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "contract-gate",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": described,
            }},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(|finding| result(finding)).collect::<Vec<_>>(),
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
