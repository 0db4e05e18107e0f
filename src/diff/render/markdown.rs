//! Markdown for a step summary or a comment on a pull request.

use std::fmt::Write as _;

use super::{Report, next_step, operations, own_place};
use crate::finding::{Finding, Level};
use crate::report::escape::{code, markdown};

/// GitHub discards summaries above a mebibyte; a quarter of it leaves room for others.
const LIMIT: usize = 250_000;

pub(super) fn render(report: &Report<'_>) -> String {
    let mark = if report.fails() { "❌" } else { "✅" };
    let mut text = format!(
        "### {mark} Contract diff: {}\n\n{} → {} · {}\n",
        markdown(&report.verdict()),
        code(report.old),
        code(report.new),
        markdown(&report.advice())
    );
    for (level, heading) in [(Level::Deny, "Breaking"), (Level::Warn, "Undecided"), (Level::Note, "Safe")] {
        let all: Vec<_> = report
            .outcome
            .findings
            .iter()
            .filter(|finding| finding.level == level && finding.waived.is_none())
            .collect();
        if all.is_empty() {
            continue;
        }
        let folded = level == Level::Note;
        if folded {
            let _ = write!(text, "\n<details><summary>{heading} ({})</summary>\n", all.len());
        } else {
            let _ = write!(text, "\n#### {heading}\n");
        }
        text.push_str("\n| change | before → after | where | what to do |\n|---|---|---|---|\n");
        for (index, finding) in all.iter().enumerate() {
            if text.len() > LIMIT {
                let _ = writeln!(text, "| and {} more | | | |", all.len() - index);
                break;
            }
            let place = own_place(finding).map(ToString::to_string).unwrap_or_default();
            let step = if folded || finding.facts.is_empty() { String::new() } else { next_step(finding) };
            let proof =
                finding.witness.as_ref().map(|proof| format!(" <br>Proof: {}", markdown(proof))).unwrap_or_default();
            let _ = writeln!(
                text,
                "| {} <br>{} | {} → {}{proof} | {} <br>{} | {} |",
                markdown(&finding.title),
                code(&finding.id),
                markdown(&finding.expected),
                markdown(&finding.actual),
                markdown(&operations(finding, false)),
                code(&place),
                markdown(&step)
            );
        }
        if folded {
            text.push_str("\n</details>\n");
        }
    }
    if !report.outcome.notes.is_empty() {
        text.push_str(&listed("Not read in full", &report.outcome.notes));
    }
    text
}

/// Findings of a document by itself: one line each, under a heading.
pub(crate) fn listed(heading: &str, findings: &[Finding]) -> String {
    let mut text = format!("\n#### {}\n\n| level | finding | place |\n|---|---|---|\n", markdown(heading));
    for (index, finding) in findings.iter().enumerate() {
        if text.len() > LIMIT / 2 {
            let _ = writeln!(text, "| | and {} more | |", findings.len() - index);
            break;
        }
        let place = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {} | {} <br>{} | {} |",
            finding.level,
            markdown(&finding.title),
            code(&finding.id),
            code(&place)
        );
    }
    text
}
