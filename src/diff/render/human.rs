//! Text for people. Everything from outside passes [`visible`] first.

use std::fmt::Write as _;

use super::{Report, change_of, next_step, operations, own_place, waiver_of};
use crate::diff::proofs::{UNPROVED, unproved};
use crate::finding::{Finding, Level};
use crate::report::escape::{no_commands, visible};

/// Safe changes that are listed unless the user asks for all.
const NOTES_SHOWN: usize = 15;

struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn faint(&self, text: &str) -> String {
        self.with("2", text)
    }

    fn level(&self, finding: &Finding) -> String {
        let (code, word) = match finding.level {
            _ if finding.waived.is_some() => ("2", "accepted"),
            Level::Deny => ("1;31", "breaking"),
            Level::Warn => ("1;33", "undecided"),
            Level::Note | Level::Allow if finding.facts.get("category").is_some_and(|kind| kind == "docs") => {
                ("2", "note")
            }
            Level::Note | Level::Allow => ("32", "safe"),
        };
        self.with(code, word)
    }
}

pub(super) fn render(report: &Report<'_>) -> String {
    let paint = Paint(report.color);
    let mut text = String::new();
    let grave = |finding: &&Finding| finding.level >= Level::Warn && finding.waived.is_none();
    let (first, rest): (Vec<&Finding>, Vec<&Finding>) =
        report.outcome.findings.iter().partition(|finding| grave(finding));
    // What does not fail the gate is left out where the user wants less.
    let rest: Vec<&Finding> = match report.quiet {
        true => {
            rest.into_iter().filter(|finding| finding.level >= report.fail_on && finding.waived.is_none()).collect()
        }
        false => rest,
    };
    for finding in &first {
        full(&mut text, finding, &paint, report.verbose);
    }
    let shown = if report.verbose { rest.len() } else { NOTES_SHOWN };
    for finding in rest.iter().take(shown) {
        line(&mut text, finding, &paint, report.verbose);
    }
    if rest.len() > shown {
        let _ = writeln!(
            text,
            "{}",
            paint.faint(&format!("… and {} more safe changes; `-v` shows them", rest.len() - shown))
        );
    }
    if !report.quiet {
        notes(&mut text, report, &paint);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let verdict = if report.fails() { paint.with("1;31", "FAILED") } else { paint.with("1;32", "ok") };
    let (old, new) = (visible(report.old), visible(report.new));
    let _ = writeln!(text, "{verdict}: {} ({old} -> {new})", report.verdict());
    if let Some(told) = unproved(&report.outcome.findings) {
        let _ = writeln!(text, "{told}");
    }
    if !report.outcome.findings.is_empty() && !report.quiet {
        let _ = writeln!(text, "{}", visible(&report.advice()));
    }
    no_commands(&text)
}

/// What could not be read in full, and so was not compared; a few of them unless the user asks for all.
fn notes(text: &mut String, report: &Report<'_>, paint: &Paint) {
    let all = &report.outcome.notes;
    let shown = if report.verbose { all.len() } else { NOTES_SHOWN };
    for finding in all.iter().take(shown) {
        let place = visible(&finding.place.as_ref().map(ToString::to_string).unwrap_or_default());
        let _ = writeln!(text, "{} {}  {}", paint.with("33", "input"), visible(&finding.title), paint.faint(&place));
    }
    if all.len() > shown {
        let more = format!("… and {} more notes on the documents; `-v` shows them", all.len() - shown);
        let _ = writeln!(text, "{}", paint.faint(&more));
    }
}

fn full(text: &mut String, finding: &Finding, paint: &Paint, all: bool) {
    let (id, title) = (visible(&finding.id), visible(&finding.title));
    let _ = writeln!(text, "{} {}: {title}", paint.level(finding), paint.with("1", &id));
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "  {} {}", paint.faint(&format!("{name:>6}")), visible(value));
        }
    };
    if let Some(place) = &finding.old_place {
        row("old", &with_value(&place.to_string(), &finding.expected));
    }
    if let Some(place) = &finding.place {
        row("new", &with_value(&place.to_string(), &finding.actual));
    }
    if finding.old_place.is_none() && finding.place.is_none() && !finding.expected.is_empty() {
        row("expect", &finding.expected);
        row("actual", &finding.actual);
    }
    if !finding.operations.is_empty() {
        row("where", &operations(finding, all));
        row("", finding.facts.get("where").map_or("", String::as_str));
    }
    row("also", &others(finding, all));
    row("why", finding.why.as_deref().unwrap_or_default());
    let unproved = || finding.facts.get(UNPROVED).map(String::as_str);
    row("proof", finding.witness.as_deref().or_else(unproved).unwrap_or_default());
    if !finding.facts.is_empty() {
        row("next", &next_step(finding));
        for (index, line) in waiver_of(finding).lines().enumerate() {
            row(if index == 0 { "accept" } else { "" }, line);
        }
    }
    text.push('\n');
}

/// The other places of an edit that is written out in several; a few of them unless the user asks for all.
fn others(finding: &Finding, all: bool) -> String {
    const SHOWN: usize = 2;
    let places: Vec<&str> = finding.facts.get("also").map(|text| text.split("; ").collect()).unwrap_or_default();
    if all || places.len() <= SHOWN {
        return places.join(", ");
    }
    format!("{} and {} more", places[..SHOWN].join(", "), places.len() - SHOWN)
}

fn with_value(place: &str, value: &str) -> String {
    if value.is_empty() { place.to_owned() } else { format!("{place}  {value}") }
}

fn line(text: &mut String, finding: &Finding, paint: &Paint, all: bool) {
    let place = visible(&own_place(finding).map(ToString::to_string).unwrap_or_default());
    let (title, change) = (visible(&finding.title), visible(&change_of(finding)));
    let change = if change.is_empty() { change } else { format!(" ({change})") };
    let _ = write!(text, "{} {title}{change}  {}", paint.level(finding), paint.faint(&place));
    if let Some(reason) = &finding.waived {
        let _ = write!(text, "  accepted: {}", visible(reason));
    }
    if all && !finding.operations.is_empty() {
        let _ = write!(text, "\n      {}", paint.faint(&visible(&operations(finding, true))));
    }
    text.push('\n');
}
