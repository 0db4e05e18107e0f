//! One stream of events to many reports; each event is masked on the way.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use super::{Format, Human, Ndjson, Options, ReportSpec, Reporter, Run, Sink};
use super::{github, html, json, junit, markdown, normalise, sarif};
use crate::event::Event;
use crate::mask::Masker;

/// Writes a whole run.
pub type Render = fn(&Run, &Options, &mut dyn Write) -> io::Result<()>;

/// A report that could not be written.
#[derive(Debug)]
pub struct Failure {
    /// `FORMAT` or `FORMAT=PATH`.
    pub report: String,
    /// Why.
    pub error: io::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "report `{}` could not be written: {}", self.report, self.error)
    }
}

impl std::error::Error for Failure {}

/// Reports that could not be written; the others were. The run then ends with exit code 3.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ReportError(pub Vec<Failure>);

/// All reports of a run.
pub struct Fanout {
    masker: Masker,
    options: Options,
    run: Run,
    live: Vec<(String, Box<dyn Reporter + Send>)>,
    at_end: Vec<(String, Render, Sink)>,
    summary: Option<PathBuf>,
    failures: Vec<Failure>,
}

impl Fanout {
    /// No report yet.
    #[must_use]
    pub fn new(options: Options, masker: Masker) -> Self {
        let (live, at_end, failures) = (Vec::new(), Vec::new(), Vec::new());
        Self { masker, options, run: Run::default(), live, at_end, summary: None, failures }
    }

    /// Opens every report that was asked for, and the step summary where GitHub Actions wants one.
    ///
    /// `stdout` gives a writer for a report without a file; it is called once per such report. A report that cannot
    /// be opened is a failure at [`Fanout::finish`] and does not stop the others.
    #[must_use]
    pub fn open(
        specs: &[ReportSpec],
        options: Options,
        masker: Masker,
        mut stdout: impl FnMut() -> Box<dyn Write + Send>,
    ) -> Self {
        let mut fanout = Self::new(options, masker);
        fanout.summary.clone_from(&fanout.options.step_summary);
        for spec in specs {
            if spec.format == Format::Markdown && spec.path.is_some() && spec.path == fanout.summary {
                continue;
            }
            match spec.path.as_ref().map_or_else(|| Ok(Sink::stream(stdout())), |path| Sink::file(path)) {
                Ok(sink) => fanout.add(spec, sink),
                Err(error) => fanout.failures.push(Failure { report: spec.to_string(), error }),
            }
        }
        fanout
    }

    /// Adds a report of a known format.
    pub fn add(&mut self, spec: &ReportSpec, sink: Sink) {
        let render: Render = match spec.format {
            Format::Human => {
                let mut options = self.options.clone();
                options.color &= spec.path.is_none();
                return self.push(spec.to_string(), Box::new(Human::new(sink, options)));
            }
            Format::Ndjson => return self.push(spec.to_string(), Box::new(Ndjson::new(sink))),
            Format::Json => json::render,
            Format::Junit => junit::render,
            Format::Sarif => sarif::render,
            Format::Github => github::render,
            Format::Markdown => markdown::render,
            Format::Html => html::render,
        };
        self.at_end.push((spec.to_string(), render, sink));
    }

    /// Adds any other reporter: progress, or one of your own. It sees masked events only.
    pub fn push(&mut self, name: impl Into<String>, reporter: Box<dyn Reporter + Send>) {
        self.live.push((name.into(), reporter));
    }

    /// Adds a reporter that must hear each event before the others: progress, which clears its line for them.
    pub fn push_first(&mut self, name: impl Into<String>, reporter: Box<dyn Reporter + Send>) {
        self.live.insert(0, (name.into(), reporter));
    }

    /// Hands one event to every report.
    pub fn event(&mut self, event: &Event) {
        let mut event = self.masker.event(event, self.options.show_values);
        if let Event::RunStarted(started) = &mut event {
            started.show_values = self.options.show_values;
        }
        if let Some(second) = self.options.fixed_time {
            event = normalise(event, second);
        }
        self.run.event(&event);
        let failures = &mut self.failures;
        self.live.retain_mut(|(name, reporter)| match reporter.event(&event) {
            Ok(()) => true,
            Err(error) => {
                failures.push(Failure { report: name.clone(), error });
                false
            }
        });
    }

    /// What was collected so far: masked, and enough to write any report anew.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Whether a report is known already not to be written, other than because its reader went away.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.failures.iter().any(|failure| failure.error.kind() != io::ErrorKind::BrokenPipe)
    }

    /// Writes what is left and makes every report final.
    ///
    /// # Errors
    /// The reports that failed; all others are complete.
    pub fn finish(mut self) -> Result<Run, ReportError> {
        let mut failures = std::mem::take(&mut self.failures);
        let mut note = |report: String, result: io::Result<()>| {
            if let Err(error) = result {
                failures.push(Failure { report, error });
            }
        };
        for (name, mut reporter) in std::mem::take(&mut self.live) {
            note(name, reporter.finish());
        }
        for (name, render, mut sink) in std::mem::take(&mut self.at_end) {
            note(name, render(&self.run, &self.options, &mut sink).and_then(|()| sink.commit()));
        }
        if let Some(path) = &self.summary {
            note(format!("markdown={}", path.display()), markdown::append(&self.run, &self.options, path));
        }
        if failures.is_empty() { Ok(std::mem::take(&mut self.run)) } else { Err(ReportError(failures)) }
    }
}

/// A last resort: reports are finished even if the run panics or returns early.
impl Drop for Fanout {
    fn drop(&mut self) {
        for (_, reporter) in &mut self.live {
            let _ = reporter.finish();
        }
        for (_, render, sink) in &mut self.at_end {
            let _ = render(&self.run, &self.options, sink).and_then(|()| sink.commit());
        }
    }
}
