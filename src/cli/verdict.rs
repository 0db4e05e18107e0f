//! From findings to an exit code.

use std::io::{self, Write};
use std::time::Instant;

use super::{exit, with_stderr};
use crate::config::FailOn;
use crate::engine::Checked;
use crate::event::{Aborted, RunFinished, exit_code};
use crate::finding::{Finding, Level, Stability};
use crate::report::{Failure, ReportError, Run, text};

/// Counts findings, and knows which of them turn the gate red.
#[derive(Clone)]
pub(super) struct Tally {
    fail_on: FailOn,
    fail_on_flaky: bool,
    red: bool,
    /// Whether verdicts that were left open turn the gate red.
    open: bool,
    totals: RunFinished,
}

impl Tally {
    pub(super) fn new(fail_on: FailOn, fail_on_flaky: bool) -> Self {
        Self { fail_on, fail_on_flaky, red: false, open: false, totals: RunFinished::default() }
    }

    pub(super) fn is_red(&self) -> bool {
        self.red || self.open
    }

    /// Turns red for another reason than a finding.
    pub(super) fn redden(&mut self, red: bool) {
        self.red |= red;
    }

    /// Turns red because verdicts were left open.
    pub(super) fn leave_open(&mut self, open: bool) {
        self.open |= open;
    }

    /// Whether a finding turns the gate red.
    pub(super) fn counts(&self, finding: &Finding) -> bool {
        let heavy = self.fail_on.least().is_some_and(|least| finding.level >= least);
        let flaky = self.fail_on_flaky && matches!(finding.stability, Stability::Flaky { .. });
        finding.waived.is_none() && (heavy || flaky)
    }

    pub(super) fn count(&mut self, findings: &[Finding]) {
        for finding in findings {
            if finding.waived.is_some() {
                self.totals.waived += 1;
                continue;
            }
            *self.totals.findings.entry(finding.level.name().to_owned()).or_default() += 1;
            self.red |= self.counts(finding);
        }
    }

    pub(super) fn add(&mut self, checked: &Checked) {
        for (name, count) in &checked.outcomes {
            *self.totals.outcomes.entry(name.clone()).or_default() += count;
        }
        self.totals.requests += checked.requests;
    }

    /// Takes the counts of a run that is told again.
    pub(super) fn retell(&mut self, run: &Run) {
        for judged in run.judged() {
            let name = judged.outcome.name().to_owned();
            *self.totals.outcomes.entry(name).or_default() += 1;
        }
        let finished = run.sections.iter().filter_map(|section| section.finished.as_ref());
        self.totals.requests = finished.map(|finished| finished.requests).sum();
    }

    pub(super) fn code(&self, aborted: Option<&Aborted>) -> u8 {
        exit_code(aborted, self.is_red())
    }

    /// The last event of the run.
    pub(super) fn finish(&self, code: u8, started: Instant) -> RunFinished {
        let uncounted = self.fail_on == FailOn::Never && self.totals.findings.contains_key(Level::Deny.name());
        let verdict = match code {
            exit::CONFORMS if uncounted => "violated (not counted: --fail-on never)",
            exit::CONFORMS => "conforms",
            exit::VIOLATED if !self.red && self.open => text::NOT_CONCLUSIVE,
            exit::VIOLATED => "violated",
            _ => "no verdict",
        };
        RunFinished {
            exit: code,
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            verdict: verdict.to_owned(),
            ..self.totals.clone()
        }
    }
}

/// The exit code once the reports of a run are written.
pub(super) fn written(reports: Result<Run, ReportError>, code: u8) -> u8 {
    let failures = reports.err().map(|ReportError(failures)| failures).unwrap_or_default();
    with_stderr(|err| after(failures, code, err))
}

/// The exit code when some reports could not be written: a violation stays one, and what would be green is no verdict. A
/// reader that went away (`| head`) is no failure.
pub(super) fn after(failures: Vec<Failure>, code: u8, err: &mut dyn Write) -> u8 {
    let mut code = code;
    for failure in failures.iter().filter(|failure| is_failure(&failure.error)) {
        let _ = writeln!(err, "error: {failure}");
        code = unwritten(code);
    }
    code
}

/// The exit code of what ended with `code`, but did not write everything.
pub(super) fn unwritten(code: u8) -> u8 {
    if code == exit::CONFORMS { exit::NO_VERDICT } else { code }
}

/// Whether an error of writing is one; whoever reads as much as it wants has what it wants.
pub(super) fn is_failure(error: &io::Error) -> bool {
    error.kind() != io::ErrorKind::BrokenPipe
}

/// Standard output of the process. Commands need not look at what comes of their writing: the first failure is kept, and
/// decides the exit code at the end.
pub(super) struct Output<W> {
    inner: W,
    /// Whether anything came through here; reports of a run have a way of their own, and tell their own failures.
    used: bool,
    failure: Option<io::Error>,
}

impl<W: Write> Output<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, used: false, failure: None }
    }

    /// Writes what is left, and gives the exit code of a command that ended with `code`.
    pub(super) fn close(mut self, code: u8, err: &mut dyn Write) -> u8 {
        if self.used {
            let _ = self.flush();
        }
        match self.failure {
            Some(error) => {
                let _ = writeln!(err, "error: standard output could not be written: {error}");
                unwritten(code)
            }
            None => code,
        }
    }

    fn noted<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && is_failure(error)
            && error.kind() != io::ErrorKind::Interrupted
            && self.failure.is_none()
        {
            self.failure = Some(io::Error::new(error.kind(), error.to_string()));
        }
        result
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.used = true;
        let result = self.inner.write(bytes);
        self.noted(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.noted(result)
    }
}
