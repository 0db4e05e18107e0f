//! How a change is told in the formats that `check` has too: annotations, JUnit, SARIF.

use std::path::Path;

use serde_json::json;

use super::{Report, change_of, evidence, operations, own_place};
use crate::diff::rules;
use crate::finding::{Finding, Level};
use crate::report::escape::{no_command, visible};
use crate::report::github::{Annotation, annotations};
use crate::report::junit::{self, Standing};
use crate::report::sarif;

/// Annotations at the lines of the new document, and the verdict.
pub(super) fn github(report: &Report<'_>) -> String {
    // What is safe needs nobody's eyes.
    let open = |finding: &&Finding| finding.level >= Level::Warn && finding.waived.is_none();
    let changes = report.outcome.findings.iter().filter(open).map(|finding| {
        let mut lines = vec![finding.title.clone(), change_of(finding), operations(finding, false)];
        lines.extend(finding.why.clone());
        lines.extend(evidence(finding));
        lines.retain(|line| !line.is_empty());
        Annotation { place: finding.place.as_ref().or(finding.old_place.as_ref()), ..annotation(finding, &lines) }
    });
    let notes = report.outcome.notes.iter().map(of_document);
    let all: Vec<Annotation<'_>> = changes.chain(notes).collect();
    let verdict = format!("{} ({} -> {}); {}", report.verdict(), report.old, report.new, report.advice());
    format!("{}{}\n", annotations(&all, Path::new(""), "change", ""), no_command(&visible(&verdict)))
}

/// A finding of a document by itself as an annotation.
pub(crate) fn of_document(finding: &Finding) -> Annotation<'_> {
    let lines: Vec<String> = std::iter::once(finding.title.clone()).chain(finding.why.clone()).collect();
    annotation(finding, &lines)
}

fn annotation<'a>(finding: &'a Finding, lines: &[String]) -> Annotation<'a> {
    Annotation {
        level: finding.level,
        place: finding.place.as_ref(),
        title: finding.id.clone(),
        message: lines.join("\n"),
        places: u64::from(finding.occurrences.max(1)),
    }
}

/// One test case per change; a comparison that finds none is one case that passed.
pub(super) fn junit(report: &Report<'_>) -> String {
    let changes = report.outcome.findings.iter().map(|finding| change_as_case(finding, report.fail_on));
    let cases = changes.chain(report.outcome.notes.iter().map(note_as_case)).collect();
    junit::of_findings("contract-gate diff", "no change", &[("contract-gate diff".to_owned(), cases)])
}

fn change_as_case(finding: &Finding, fail_on: Level) -> junit::Told<'_> {
    let place = own_place(finding);
    let at = place.map(ToString::to_string).unwrap_or_default();
    let why = finding.why.clone().unwrap_or_default();
    let mut lines = vec![at, operations(finding, true), why];
    lines.extend(evidence(finding));
    let (standing, message) = standing(finding, fail_on);
    junit::Told { finding, place, standing, message, text: lines.join("\n") }
}

/// What was not compared passed no judgement, so it is skipped and says why.
fn note_as_case(finding: &Finding) -> junit::Told<'_> {
    let (place, message) = (finding.place.as_ref(), finding.title.clone());
    junit::Told { finding, place, standing: Standing::Skipped, message, text: String::new() }
}

fn standing(finding: &Finding, fail_on: Level) -> (Standing, String) {
    if let Some(reason) = &finding.waived {
        return (Standing::Skipped, reason.clone());
    }
    if finding.level < fail_on {
        return (Standing::Passes, String::new());
    }
    let kind = if finding.level == Level::Deny { "breaking" } else { finding.level.name() };
    (Standing::Fails(kind), headline(finding))
}

/// The title and what became what.
fn headline(finding: &Finding) -> String {
    let change = change_of(finding);
    if change.is_empty() { finding.title.clone() } else { format!("{}: {change}", finding.title) }
}

/// A log for code scanning.
pub(super) fn sarif(report: &Report<'_>) -> String {
    let all = report.outcome.findings.iter().chain(&report.outcome.notes);
    let told = all.map(|finding| {
        let mut message = headline(finding);
        if !finding.operations.is_empty() {
            message.push_str(&format!(" ({})", operations(finding, false)));
        }
        for line in evidence(finding) {
            message.push('\n');
            message.push_str(&line);
        }
        result(finding, message)
    });
    sarif::of_findings(told.collect(), |id| {
        rules::find(id).map(|rule| (rule.category.name(), rule.summary(), rule.doc))
    })
}

/// A finding as a result, where the document says so or said so.
pub(crate) fn result(finding: &Finding, message: String) -> sarif::Told<'_> {
    let place = finding.place.as_ref().or(finding.old_place.as_ref());
    let logical = place.map(|place| json!({ "fullyQualifiedName": visible(&place.pointer) }));
    sarif::Told { finding, place, logical, message }
}
