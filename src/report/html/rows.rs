//! Findings in one row each: what repeats a fault that is described, and faults beyond those that are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::{Finding, Level};
use crate::report::escape::visible;
use crate::report::text::{Group, count, shorten, spot};

/// Room for all rows of a page, in bytes: a browser opens it at once, and it can be mailed.
const ROOM: usize = 7 << 20;
/// Bytes of a row beside its texts.
const MARKUP: usize = 160;

/// One finding: all that is needed to see it again.
#[derive(Serialize)]
pub(super) struct Row {
    title: String,
    place: String,
    clause: String,
    expected: String,
    actual: String,
    curl: String,
}

/// Further faults of one check.
#[derive(Serialize)]
pub(super) struct Rest {
    id: String,
    level: &'static str,
    findings: String,
    rows: Vec<Row>,
    left_out: usize,
}

/// Makes rows as long as there is room.
pub(super) struct Rows {
    room: usize,
}

impl Rows {
    pub(super) fn new() -> Self {
        Self { room: ROOM }
    }

    /// The rows of some findings, and how many had no room.
    pub(super) fn of(&mut self, findings: &[&Finding]) -> (Vec<Row>, usize) {
        let rows: Vec<Row> = findings.iter().map_while(|finding| self.row(finding)).collect();
        let left_out = findings.len() - rows.len();
        (rows, left_out)
    }

    fn row(&mut self, finding: &Finding) -> Option<Row> {
        let short = |text: &str, limit| shorten(&visible(text), limit);
        let clause = finding.place.as_ref().map(|place| format!("{}:{}", place.file, place.line));
        let curl: Vec<String> = finding.curl.iter().map(|line| visible(line)).collect();
        let row = Row {
            title: short(&finding.title, 160),
            place: short(&spot(finding), 200),
            clause: short(&clause.unwrap_or_default(), 200),
            expected: short(&finding.expected, 160),
            actual: short(&finding.actual, 160),
            curl: shorten(&curl.join("\n"), 1_000),
        };
        let texts = [&row.title, &row.place, &row.clause, &row.expected, &row.actual, &row.curl];
        self.room = self.room.checked_sub(MARKUP + texts.iter().map(|text| text.len()).sum::<usize>())?;
        Some(row)
    }

    /// Faults that are not described in full, by check: every finding of each.
    pub(super) fn rest(&mut self, groups: &[Group<'_>]) -> Vec<Rest> {
        let mut checks: BTreeMap<(Reverse<Level>, &str), Vec<&Finding>> = BTreeMap::new();
        for group in groups {
            checks.entry((Reverse(group.first().level), &group.first().id)).or_default().extend(&group.members);
        }
        let rest = |((level, id), findings): ((Reverse<Level>, &str), Vec<&Finding>)| {
            let (rows, left_out) = self.of(&findings);
            let findings = count(findings.len() as u64, "further finding");
            Rest { id: visible(id), level: level.0.name(), findings, rows, left_out }
        };
        checks.into_iter().map(rest).collect()
    }
}
