//! One JSON document; findings in the common currency of the gate.

use serde_json::json;

use super::Report;
use crate::report::escape;

/// JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../report/schema/diff.schema.json");

pub(super) fn render(report: &Report<'_>) -> String {
    let document = json!({
        "schema": 1,
        "old": report.old,
        "new": report.new,
        "verdict": if report.fails() { "breaking" } else { "compatible" },
        "bump": report.outcome.due(),
        "versions": { "old": report.outcome.versions.0, "new": report.outcome.versions.1 },
        "tally": report.outcome.tally(),
        "findings": report.outcome.findings,
        "notes": report.outcome.notes,
    });
    escape::json(&document).map(|text| text + "\n").unwrap_or_default()
}
