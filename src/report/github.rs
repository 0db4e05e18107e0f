//! Workflow commands of GitHub Actions: annotations at the lines of the OpenAPI document.
//!
//! GitHub shows ten annotations of a kind per step and drops the rest without a word, so the first ten of each kind are
//! written, the gravest ones of a run, and one notice says how many more there are.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use super::collect::Run;
use super::escape::{property, workflow};
use super::text::{self, count};
use super::{Options, files};
use crate::finding::{Finding, Level, Place};

/// Annotations of a kind that GitHub shows.
const MOST: usize = 10;

/// Something said at a place of a document, or of the run as a whole.
pub(crate) struct Annotation<'a> {
    /// Its weight; [`Level::Allow`] is not told.
    pub(crate) level: Level,
    /// Where it is shown.
    pub(crate) place: Option<&'a Place>,
    /// The headline.
    pub(crate) title: String,
    /// The text; its line breaks are kept.
    pub(crate) message: String,
    /// In how many places it was found.
    pub(crate) places: u64,
}

pub(super) fn render(run: &Run, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let open = run.findings().filter(|finding| finding.waived.is_none());
    let groups = text::groups(open);
    let aborted = run.sections.iter().filter_map(|section| section.finished.as_ref()?.aborted.as_ref());
    let mut all: Vec<Annotation<'_>> = aborted
        .map(|aborted| Annotation {
            level: Level::Deny,
            place: None,
            title: "contract-gate: no verdict".to_owned(),
            message: format!("{}; next: {}", aborted.message, aborted.remedy),
            places: 0,
        })
        .collect();
    all.extend(groups.iter().map(|group| of_group(group, options)));
    // One notice for both: GitHub shows ten.
    let closing = if groups.is_empty() { String::new() } else { text::values_sentence(options.show_values) };
    out.write_all(annotations(&all, &options.root, "fault", &closing).as_bytes())
}

fn of_group<'a>(group: &text::Group<'a>, options: &Options) -> Annotation<'a> {
    let finding = group.first();
    let mut message = text::plain(finding, options.show_values);
    if group.places() > u64::from(finding.occurrences.max(1)) {
        message.push_str(&format!("\n{} in all", count(group.places(), "place")));
    }
    Annotation {
        level: finding.level,
        place: finding.place.as_ref(),
        title: title(finding),
        message,
        places: group.places(),
    }
}

fn title(finding: &Finding) -> String {
    match (&finding.contract, &finding.operation) {
        (_, Some(operation)) => format!("{} on {operation}", finding.id),
        (Some(contract), None) => format!("{} in {contract}", finding.id),
        (None, None) => finding.id.clone(),
    }
}

/// The annotations that GitHub shows, gravest kind first; the last notice counts the others, each a `noun`, and says what
/// there is to say at the end. Files are named from `root`.
pub(crate) fn annotations(all: &[Annotation<'_>], root: &Path, noun: &str, closing: &str) -> String {
    let mut text = String::new();
    let (mut left, mut places) = (0, 0);
    for (level, command) in [(Level::Deny, "error"), (Level::Warn, "warning"), (Level::Note, "notice")] {
        let room = if level == Level::Note { MOST - 1 } else { MOST };
        for (index, annotation) in all.iter().filter(|annotation| annotation.level == level).enumerate() {
            if index < room {
                write(&mut text, command, annotation, root);
            } else {
                left += 1;
                places += annotation.places;
            }
        }
    }
    let mut message = closing.to_owned();
    if left > 0 {
        let rest = format!("{} in {}", count(left, &format!("more {noun}")), count(places, "place"));
        message = format!("{rest} not annotated; see the job summary or the reports. {closing}");
    }
    if !message.is_empty() {
        let _ = writeln!(text, "::notice title=contract-gate::{}", workflow(message.trim_end()));
    }
    text
}

fn write(text: &mut String, command: &str, annotation: &Annotation<'_>, root: &Path) {
    let mut properties = Vec::new();
    if let Some(place) = annotation.place {
        properties.push(format!("file={}", property(&files::in_repository(&place.file, root))));
        properties.push(format!("line={}", place.line.max(1)));
        properties.push(format!("col={}", place.column.max(1)));
    }
    properties.push(format!("title={}", property(&annotation.title)));
    let _ = writeln!(text, "::{command} {}::{}", properties.join(","), workflow(&annotation.message));
}
