//! Markdown for the step summary of GitHub Actions, or for a comment on a merge request.
//!
//! GitHub throws a summary away as a whole when the file is over its limit, and other steps write to the same file,
//! so the report stays far below it, counts what is there already, and is cut between two rows.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use super::collect::{Run, Section};
use super::escape::{self, code, visible};
use super::open::open;
use super::text::{self, Group, count, groups, spot, stability};
use super::{Options, human};
use crate::finding::{Finding, Level};

/// Size that the file may reach, in bytes.
const MOST_BYTES: u64 = 256 * 1024;
/// Room that is kept for the last line.
const LAST_LINE: usize = 200;
/// Longest cell of a table, in characters.
const CELL: usize = 300;
/// Checks that are named for one reason.
const NAMES: usize = 8;

pub(super) fn render(run: &Run, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(document(run, options, MOST_BYTES).as_bytes())
}

/// Adds the report to a file that others write to as well.
pub(super) fn append(run: &Run, options: &Options, path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let there = file.metadata()?.len();
    let room = MOST_BYTES.saturating_sub(there);
    file.write_all(document(run, options, room).as_bytes())?;
    file.flush()
}

/// The report in pieces: each is a row or a block that stands or falls as a whole.
fn document(run: &Run, options: &Options, room: u64) -> String {
    let room = usize::try_from(room).unwrap_or(usize::MAX).saturating_sub(LAST_LINE);
    let pieces = pieces(run, options);
    let mut out = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        if out.len() + piece.len() > room {
            let rest = count((pieces.len() - index) as u64, "more row");
            if room > 0 {
                out.push_str(&format!(
                    "\n\n_{rest} left out: the summary is full. The other reports have everything._\n"
                ));
            }
            break;
        }
        out.push_str(piece);
    }
    out
}

fn pieces(run: &Run, options: &Options) -> Vec<String> {
    let (verdict, exit) = run.verdict();
    let sign = match exit {
        0 if !text::is_uncounted(exit, verdict) => "✅",
        1 => "❌",
        _ => "⚠️",
    };
    let mut pieces = vec![format!("## {sign} contract-gate: {}\n\n{}\n", cell(verdict), cell(&human::totals(run)))];
    cut_off(run, &mut pieces);
    operations(run, &mut pieces);
    let (waived, standing): (Vec<&Finding>, Vec<&Finding>) =
        run.findings().partition(|finding| finding.waived.is_some());
    let faults = groups(standing);
    findings(&faults, &mut pieces);
    details(&faults, options, &mut pieces);
    inconclusive(run, &mut pieces);
    if !waived.is_empty() {
        pieces.push("\n### Waived\n\n| check | where | reason |\n|---|---|---|\n".to_owned());
        for finding in waived {
            let reason = finding.waived.as_deref().unwrap_or_default();
            pieces.push(row(&[code(&finding.id), cell(&spot(finding)), cell(reason)]));
        }
    }
    remarks(run, &mut pieces);
    pieces.push(last(run, options));
    pieces
}

fn operations(run: &Run, pieces: &mut Vec<String>) {
    let has_operations =
        |section: &&Section| section.finished.as_ref().is_some_and(|finished| !finished.operations.is_empty());
    if !run.sections.iter().any(|section| has_operations(&section)) {
        return;
    }
    pieces.push(
        "\n| contract | operation | requests | records | pages | passed | failed | warned | noted | inconclusive |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
            .to_owned(),
    );
    for section in run.sections.iter().filter(has_operations) {
        for totals in section.finished.iter().flat_map(|finished| &finished.operations) {
            let outcome = |name: &str| totals.outcomes.get(name).copied().unwrap_or(0).to_string();
            pieces.push(row(&[
                cell(&section.started.contract),
                format!("{} {}", code(&totals.operation), cell(&totals.endpoint)),
                totals.requests.to_string(),
                totals.records.to_string(),
                totals.pages.to_string(),
                outcome("passed"),
                outcome("failed"),
                outcome("warned"),
                outcome("noted"),
                outcome("inconclusive"),
            ]));
        }
    }
}

fn findings(groups: &[Group<'_>], pieces: &mut Vec<String>) {
    if groups.is_empty() {
        return;
    }
    pieces.push("\n### Findings\n\n| level | check | what | where | contract |\n|---|---|---|---|---|\n".to_owned());
    for group in groups {
        let finding = group.first();
        let mut place = cell(&spot(finding));
        if group.members.len() > 1 {
            place.push_str(&format!(" and {} more", group.members.len() - 1));
        }
        let clause = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
        let level = if finding.level == Level::Deny { "**deny**".to_owned() } else { finding.level.to_string() };
        pieces.push(row(&[level, code(&finding.id), cell(&finding.title), place, cell(&clause)]));
    }
}

/// One block to fold out per fault, notes left out.
fn details(groups: &[Group<'_>], options: &Options, pieces: &mut Vec<String>) {
    pieces.push("\n".to_owned());
    for group in groups.iter().filter(|group| group.first().level >= Level::Warn) {
        let finding = group.first();
        let mut block = format!("<details><summary>{}: {}</summary>\n\n", code(&finding.id), cell(&finding.title));
        let value = finding.shown_value.as_ref().filter(|_| options.show_values);
        for (label, text) in [
            ("expected", Some(&finding.expected)),
            ("actual", Some(&finding.actual)),
            ("value", value),
            ("source", finding.source.as_ref()),
            ("why", finding.why.as_ref()),
            ("seen", stability(finding).as_ref()),
        ] {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                block.push_str(&format!("- {label}: {}\n", cell(text)));
            }
        }
        if options.check(&finding.id).is_some() {
            block.push_str(&format!("- explain: {}\n", code(&format!("contract-gate explain {}", finding.id))));
        }
        if !finding.curl.is_empty() {
            let lines: Vec<String> = finding.curl.iter().map(|line| visible(line)).collect();
            block.push_str(&fenced(&lines.join("\n")));
        }
        block.push_str("\n</details>\n\n");
        pieces.push(block);
    }
}

/// Why there is no verdict, where there is none: nothing below weighs as much.
fn cut_off(run: &Run, pieces: &mut Vec<String>) {
    for section in &run.sections {
        if let Some(aborted) = section.finished.as_ref().and_then(|finished| finished.aborted.as_ref()) {
            let (name, message) = (cell(&section.started.contract), cell(&aborted.message));
            let next = cell(&aborted.remedy);
            pieces.push(format!("\n> **No verdict for {name}:** {message}. **Next:** {next}\n"));
        }
    }
}

fn inconclusive(run: &Run, pieces: &mut Vec<String>) {
    let reasons = open(run.judged());
    if reasons.is_empty() {
        return;
    }
    pieces.push("\n### Not concluded\n\n| why | next | checks |\n|---|---|---|\n".to_owned());
    for open in reasons {
        let (mut names, more) = open.names(NAMES);
        if more > 0 {
            names.push_str(&format!(" and {more} more"));
        }
        pieces.push(row(&[cell(open.reason), cell(open.remedy), cell(&names)]));
    }
}

/// What the run has to say beside its verdicts.
fn remarks(run: &Run, pieces: &mut Vec<String>) {
    let remarks = run.sections.iter().filter_map(|section| section.finished.as_ref()).flat_map(|done| &done.remarks);
    let lines: Vec<String> = remarks.map(|remark| format!("- {}\n", cell(remark))).collect();
    if !lines.is_empty() {
        pieces.push("\n".to_owned());
        pieces.extend(lines);
    }
}

fn last(run: &Run, options: &Options) -> String {
    format!(
        "\nSeed {}, profile {}. Repeat with {}. {}\n",
        run.started.seed,
        cell(&run.started.profile),
        code(&run.started.repeat),
        text::values_sentence(options.show_values)
    )
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A text that Markdown and HTML leave alone, as long as a cell may be.
fn cell(text: &str) -> String {
    escape::markdown(&text::shorten(&visible(text), CELL))
}

/// A block of code whose fence is longer than any run of backticks in it.
fn fenced(code: &str) -> String {
    let longest = code.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}sh\n{code}\n{fence}\n")
}
