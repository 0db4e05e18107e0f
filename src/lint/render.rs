//! Printing what lint found.

use std::fmt::Write as _;

use serde_json::json;

use super::Linted;
use crate::diff::render::Format;
use crate::finding::Level;

/// Renders the findings of all documents: human, json or github; other formats are printed as human.
#[must_use]
pub fn render(format: Format, all: &[Linted]) -> String {
    match format {
        Format::Json => {
            let documents: Vec<_> =
                all.iter().map(|linted| json!({ "document": linted.name, "findings": linted.findings })).collect();
            let mut text =
                serde_json::to_string_pretty(&json!({ "schema": 1, "documents": documents })).unwrap_or_default();
            text.push('\n');
            text
        }
        Format::Github => github(all),
        _ => human(all),
    }
}

fn github(all: &[Linted]) -> String {
    let mut text = String::new();
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    for finding in all.iter().flat_map(|linted| &linted.findings) {
        let command = match finding.level {
            Level::Deny => "error",
            Level::Warn => "warning",
            Level::Note | Level::Allow => "notice",
        };
        if let Some(place) = &finding.place {
            let file = escape(&place.file).replace(':', "%3A").replace(',', "%2C");
            let _ = writeln!(
                text,
                "::{command} file={file},line={},col={},title={}::{}",
                place.line,
                place.column,
                finding.id,
                escape(&finding.title)
            );
        }
    }
    text
}

fn human(all: &[Linted]) -> String {
    let mut text = String::new();
    for linted in all {
        for finding in &linted.findings {
            let place = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "{place}: {} {}: {}", finding.level, finding.id, finding.title);
            let why = finding.why.as_deref().unwrap_or_default();
            if !why.is_empty() {
                let _ = writeln!(text, "    why: {why}");
            }
        }
        let count = |level: Level| linted.findings.iter().filter(|finding| finding.level == level).count();
        let (deny, warn) = (count(Level::Deny), count(Level::Warn));
        let verdict = if deny > 0 { "unsound" } else { "sound" };
        let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let _ = writeln!(text, "{}: {verdict}, {}, {}", linted.name, counted(deny, "error"), counted(warn, "warning"));
    }
    text
}
