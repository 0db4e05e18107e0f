//! Printing what lint found, in the formats that `diff` has too.

use std::fmt::Write as _;

use serde_json::json;

use super::{Linted, rule};
use crate::diff::render::{Format, github, junit, markdown, sarif};
use crate::finding::{Finding, Level};

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
            let findings: Vec<Finding> = all.iter().flat_map(|linted| &linted.findings).cloned().collect();
            github::annotations(&findings) + &verdicts(all)
        }
        Format::Sarif => {
            let findings: Vec<&Finding> = all.iter().flat_map(|linted| &linted.findings).collect();
            sarif::document(&findings, |id| rule(id).map(|rule| (rule.summary(), rule.doc)))
        }
        Format::Junit => {
            let suites: Vec<(&str, &[Finding])> =
                all.iter().map(|linted| (linted.name.as_str(), linted.findings.as_slice())).collect();
            junit::documents("contract-gate lint", &suites, least)
        }
        Format::Markdown => markdown_text(all),
    }
}

fn json_text(all: &[Linted]) -> String {
    let documents: Vec<_> =
        all.iter().map(|linted| json!({ "document": linted.name, "findings": linted.findings })).collect();
    let mut text = serde_json::to_string_pretty(&json!({ "schema": 1, "documents": documents })).unwrap_or_default();
    text.push('\n');
    text
}

fn markdown_text(all: &[Linted]) -> String {
    let mut text = "### Contract lint\n".to_owned();
    for linted in all {
        if linted.findings.is_empty() {
            let _ = writeln!(text, "\n`{}` is sound.", linted.name);
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
            let place = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "{place}: {} {}: {}", finding.level, finding.id, finding.title);
            let why = finding.why.as_deref().unwrap_or_default();
            if !why.is_empty() {
                let _ = writeln!(text, "    why: {why}");
            }
        }
        text.push_str(&verdict(linted));
    }
    text
}

fn verdicts(all: &[Linted]) -> String {
    all.iter().map(verdict).collect()
}

/// One line about one document.
fn verdict(linted: &Linted) -> String {
    let count = |level: Level| linted.findings.iter().filter(|finding| finding.level == level).count();
    let (deny, warn) = (count(Level::Deny), count(Level::Warn));
    let verdict = if deny > 0 { "unsound" } else { "sound" };
    let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}: {verdict}, {}, {}\n", linted.name, counted(deny, "error"), counted(warn, "warning"))
}
