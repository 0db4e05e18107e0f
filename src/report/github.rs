//! Workflow commands of GitHub Actions: annotations at the lines of the OpenAPI document.
//!
//! GitHub shows ten annotations of a kind per step and drops the rest without a word, so the worst ten are written
//! and one line says how many more there are.

use std::io::{self, Write};

use super::collect::Run;
use super::{Options, files, text};
use crate::finding::{Finding, Level};

/// Annotations that are shown.
const MOST: usize = 10;

pub(super) fn render(run: &Run, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let open = run.findings().filter(|finding| finding.waived.is_none());
    let groups = text::groups(open);
    let aborted: Vec<_> =
        run.sections.iter().filter_map(|section| section.finished.as_ref()?.aborted.as_ref()).take(MOST).collect();
    for aborted in &aborted {
        let message = format!("{}; next: {}", aborted.message, aborted.remedy);
        writeln!(out, "::error title={}::{}", property("contract-gate: no verdict"), data(&message))?;
    }
    let room = MOST - aborted.len();
    for group in groups.iter().take(room) {
        write_annotation(group, options, out)?;
    }
    if groups.is_empty() {
        return Ok(());
    }
    // One notice for both: GitHub shows ten.
    let mut message = text::values_sentence(options.show_values);
    if groups.len() > room {
        let rest: u64 = groups[room..].iter().map(text::Group::places).sum();
        let faults = text::count((groups.len() - room) as u64, "more fault");
        let places = text::count(rest, "place");
        message = format!("{faults} in {places} not annotated; see the job summary or the reports. {message}");
    }
    writeln!(out, "::notice title=contract-gate::{}", data(&message))
}

fn write_annotation(group: &text::Group<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let finding = group.first();
    let command = match finding.level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note | Level::Allow => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = &finding.place {
        properties.push(format!("file={}", property(&files::in_repository(&place.file, &options.root))));
        properties.push(format!("line={}", place.line.max(1)));
        properties.push(format!("col={}", place.column.max(1)));
    }
    properties.push(format!("title={}", property(&title(finding))));
    let mut message = text::plain(finding, options.show_values);
    if group.places() > u64::from(finding.occurrences.max(1)) {
        message.push_str(&format!("\n{} in all", text::count(group.places(), "place")));
    }
    writeln!(out, "::{command} {}::{}", properties.join(","), data(&message))
}

fn title(finding: &Finding) -> String {
    match (&finding.contract, &finding.operation) {
        (_, Some(operation)) => format!("{} on {operation}", finding.id),
        (Some(contract), None) => format!("{} in {contract}", finding.id),
        (None, None) => finding.id.clone(),
    }
}

/// Escapes the message of a command; line breaks are shown as such.
fn data(text: &str) -> String {
    let clean: Vec<String> = text.split('\n').map(text::visible).collect();
    clean.join("\n").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    let clean = text::visible(text);
    clean.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace(':', "%3A").replace(',', "%2C")
}
