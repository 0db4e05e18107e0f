//! Workflow commands of GitHub Actions: annotations at the lines of the new document.

use std::fmt::Write as _;

use super::{Report, change_of, evidence, operations};
use crate::finding::{Finding, Level};

/// GitHub shows ten errors and ten warnings of a step and drops the rest silently.
const SHOWN: usize = 10;

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// One annotation per finding, the first ones of each weight, as many as GitHub shows.
pub(crate) fn annotations(findings: &[Finding]) -> String {
    let mut text = String::new();
    for (level, command) in [(Level::Deny, "error"), (Level::Warn, "warning"), (Level::Note, "notice")] {
        let all: Vec<_> = findings.iter().filter(|finding| finding.level == level).collect();
        let room = if all.len() > SHOWN { SHOWN - 1 } else { SHOWN };
        for finding in all.iter().take(room) {
            let mut place = String::new();
            if let Some(at) = &finding.place {
                let _ = write!(place, "file={},line={},col={},", property(&at.file), at.line, at.column);
            }
            let parts = [finding.title.as_str(), finding.why.as_deref().unwrap_or_default()];
            let message = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
            let _ = writeln!(text, "::{command} {place}title={}::{}", property(&finding.id), data(&message));
        }
        if all.len() > room {
            let _ = writeln!(text, "::{command}::and {} more: see the full report", all.len() - room);
        }
    }
    text
}

pub(super) fn render(report: &Report<'_>) -> String {
    let mut text = String::new();
    for (level, command) in [(Level::Deny, "error"), (Level::Warn, "warning")] {
        let all: Vec<_> = report
            .outcome
            .findings
            .iter()
            .filter(|finding| finding.level == level && finding.waived.is_none())
            .collect();
        let room = if all.len() > SHOWN { SHOWN - 1 } else { SHOWN };
        for finding in all.iter().take(room) {
            let mut place = String::new();
            if let Some(at) = finding.place.as_ref().or(finding.old_place.as_ref()) {
                let _ = write!(place, "file={},line={},col={},", property(&at.file), at.line, at.column);
            }
            let reached = operations(finding, false);
            let why = finding.why.as_deref().unwrap_or_default();
            let parts = [finding.title.clone(), change_of(finding), reached, why.to_owned()];
            let message = parts
                .into_iter()
                .chain(evidence(finding))
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("\n");
            let _ = writeln!(text, "::{command} {place}title={}::{}", property(&finding.id), data(&message));
        }
        if all.len() > room {
            let _ = writeln!(text, "::{command}::and {} more: see the full report", all.len() - room);
        }
    }
    text.push_str(&annotations(&report.outcome.notes));
    let _ = writeln!(text, "{} ({} -> {}); {}", report.verdict(), report.old, report.new, report.advice());
    text
}
