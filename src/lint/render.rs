//! Printing what lint found, in the formats that `diff` has too.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::{Linted, rule};
use crate::diff::render::{Format, markdown, told};
use crate::finding::{Finding, Level};
use crate::report::escape::{self, no_commands, visible};
use crate::report::github::{Annotation, annotations};
use crate::report::junit::{self, Standing};
use crate::report::sarif;

/// JSON Schema of the `json` report.
pub const SCHEMA: &str = include_str!("../report/schema/lint.schema.json");

/// How much is told, and what of it fails.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// Whether warnings fail, where a format tells the two apart.
    pub strict: bool,
    /// Whether the text for people is left without what does not fail.
    pub quiet: bool,
}

/// Renders the findings of all documents.
#[must_use]
pub fn render(format: Format, all: &[Linted], manner: Manner) -> String {
    let least = if manner.strict { Level::Warn } else { Level::Deny };
    match format {
        Format::Human => human(all, if manner.quiet { least } else { Level::Allow }),
        Format::Json => json_text(all),
        Format::Github => {
            let all_told: Vec<Annotation<'_>> = findings(all).map(told::of_document).collect();
            annotations(&all_told, Path::new(""), "finding", "") + &verdicts(all)
        }
        Format::Sarif => {
            let results = findings(all).map(|finding| told::result(finding, finding.title.clone()));
            sarif::of_findings(results.collect(), |id| rule(id).map(|rule| ("document", rule.summary(), rule.doc)))
        }
        Format::Junit => junit_text(all, least),
        Format::Markdown => markdown_text(all),
    }
}

fn findings(all: &[Linted]) -> impl Iterator<Item = &Finding> {
    all.iter().flat_map(|linted| &linted.findings)
}

/// A suite per document, a case per finding; one that is sound is one case.
fn junit_text(all: &[Linted], least: Level) -> String {
    let mut suites: Vec<(String, Vec<junit::Told<'_>>)> = Vec::new();
    for linted in all {
        suites.push((linted.name.clone(), linted.findings.iter().map(|finding| case(finding, least)).collect()));
    }
    junit::of_findings("contract-gate lint", "sound", &suites)
}

fn case(finding: &Finding, least: Level) -> junit::Told<'_> {
    let at = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
    let fails = finding.level >= least;
    junit::Told {
        finding,
        place: finding.place.as_ref(),
        standing: if fails { Standing::Fails(finding.level.name()) } else { Standing::Passes },
        message: finding.title.clone(),
        text: format!("{at}\n{}", finding.why.as_deref().unwrap_or_default()),
    }
}

fn json_text(all: &[Linted]) -> String {
    let documents: Vec<_> =
        all.iter().map(|linted| json!({ "document": linted.name, "findings": linted.findings })).collect();
    let document = json!({ "schema": 1, "documents": documents });
    escape::json(&document).map(|text| text + "\n").unwrap_or_default()
}

fn markdown_text(all: &[Linted]) -> String {
    let mut text = "### Contract lint\n".to_owned();
    for linted in all {
        if linted.findings.is_empty() {
            let _ = writeln!(text, "\n{} is sound.", escape::code(&linted.name));
        } else {
            text.push_str(&markdown::listed(&linted.name, &linted.findings));
        }
    }
    text
}

fn human(all: &[Linted], least: Level) -> String {
    let mut text = String::new();
    for linted in all {
        for finding in linted.findings.iter().filter(|finding| finding.level >= least) {
            let place = visible(&finding.place.as_ref().map(ToString::to_string).unwrap_or_default());
            let (id, title) = (visible(&finding.id), visible(&finding.title));
            let _ = writeln!(text, "{place}: {} {id}: {title}", finding.level);
            let why = visible(finding.why.as_deref().unwrap_or_default());
            if !why.is_empty() {
                let _ = writeln!(text, "    why: {why}");
            }
        }
        text.push_str(&verdict(linted));
    }
    no_commands(&text)
}

fn verdicts(all: &[Linted]) -> String {
    no_commands(&all.iter().map(verdict).collect::<String>())
}

/// One line about one document.
fn verdict(linted: &Linted) -> String {
    let count = |level: Level| linted.findings.iter().filter(|finding| finding.level == level).count();
    let (deny, warn) = (count(Level::Deny), count(Level::Warn));
    let verdict = if deny > 0 { "unsound" } else { "sound" };
    let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}: {verdict}, {}, {}\n", visible(&linted.name), counted(deny, "error"), counted(warn, "warning"))
}
