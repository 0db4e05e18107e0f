//! Reports: everything that a run says, in eight formats.
//!
//! Reporters see events and findings and nothing else; those of findings alone serve `diff` and `lint` as well. A [`Fanout`] stands in front of them: it masks each event,
//! hands it to every reporter, and goes on when one of them fails. Where the result goes next: to the user, and the
//! failures to the exit code.

mod collect;
pub mod escape;
mod fanout;
mod files;
pub(crate) mod github;
mod html;
mod human;
mod json;
pub(crate) mod junit;
mod markdown;
mod ndjson;
mod open;
pub mod progress;
mod read;
pub(crate) mod sarif;
mod sink;
mod spec;
pub mod text;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::event::{CheckInfo, Event};
use crate::finding::Level;
pub use collect::{Run, Section};
pub use fanout::{Failure, Fanout, Render, ReportError};
pub use files::{from_root, repository_root};
pub use human::Human;
pub use ndjson::Ndjson;
pub use read::{ReadError, read};
pub use sink::Sink;
pub use spec::{Format, ReportSpec, SpecError, no_collisions, writable};

/// JSON Schema of the `json` report; its `#/$defs/event` is one line of the `ndjson` report.
pub const REPORT_SCHEMA: &str = include_str!("schema/report.schema.json");

/// Listens to a run.
pub trait Reporter {
    /// Takes one event.
    ///
    /// # Errors
    /// When the report cannot be written; the reporter is then left alone for the rest of the run.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Writes what is left and makes the report final. Called once, also when the run was cut off.
    ///
    /// # Errors
    /// When the report cannot be written.
    fn finish(&mut self) -> io::Result<()>;
}

/// How reports are made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Colour in the human report.
    pub color: bool,
    /// Values of bodies are shown, not their shapes only.
    pub show_values: bool,
    /// A verdict that was not reached turns the gate red, so reports show it as an error.
    pub require_conclusive: bool,
    /// The least level of a finding that turns the gate red.
    pub fail_on: Level,
    /// -1 is `-q`, 0 is normal, 1 is `-v`.
    pub verbosity: i8,
    /// Width of the human report in characters; 0 is 100.
    pub width: usize,
    /// What is known of each check.
    pub catalogue: Arc<[CheckInfo]>,
    /// Texts of documents by the file name that places use, for excerpts; others are read from disk.
    pub documents: BTreeMap<String, String>,
    /// Root of the repository: files are named relative to it.
    pub root: PathBuf,
    /// Where GitHub Actions wants a summary (`GITHUB_STEP_SUMMARY`).
    pub step_summary: Option<PathBuf>,
    /// `SOURCE_DATE_EPOCH`: every time is this one and every duration is zero.
    pub fixed_time: Option<i64>,
}

impl Options {
    /// Defaults, with what the environment says: `SOURCE_DATE_EPOCH`, `GITHUB_STEP_SUMMARY`, and the root of the
    /// repository that holds the working folder.
    #[must_use]
    pub fn from_environment() -> Self {
        let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
        Self {
            step_summary: summary.map(PathBuf::from),
            fixed_time: source_date_epoch(),
            root: std::env::current_dir().map(|folder| repository_root(&folder)).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The catalogue's entry for a check.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&CheckInfo> {
        self.catalogue.iter().find(|check| check.id == id)
    }
}

fn source_date_epoch() -> Option<i64> {
    std::env::var("SOURCE_DATE_EPOCH").ok()?.trim().parse().ok()
}

/// The present moment in whole seconds, or `SOURCE_DATE_EPOCH` where that is set.
#[must_use]
pub fn now() -> Timestamp {
    let second = source_date_epoch().unwrap_or_else(|| Timestamp::now().as_second());
    Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Today in UTC, or the day of `SOURCE_DATE_EPOCH` where that is set: the day on which waivers are judged.
#[must_use]
pub fn today() -> jiff::civil::Date {
    now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// An event without times: the start is `second` after the epoch, durations are zero.
///
/// What is left is the same for the same seed and the same answers.
#[must_use]
pub fn normalise(mut event: Event, second: i64) -> Event {
    match &mut event {
        Event::RunStarted(started) => {
            started.time = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH).to_string();
        }
        Event::ContractFinished(finished) => finished.millis = 0,
        Event::RunFinished(finished) => finished.millis = 0,
        _ => {}
    }
    event
}
