//! From findings to an exit code.

use std::io;
use std::time::Instant;

use super::{exit, safe};
use crate::config::FailOn;
use crate::engine::Checked;
use crate::event::{Aborted, RunFinished, exit_code};
use crate::finding::{Finding, Level, Stability};
use crate::report::{ReportError, Run};

/// Counts findings, and knows which of them turn the gate red.
#[derive(Clone)]
pub(super) struct Tally {
    fail_on: FailOn,
    fail_on_flaky: bool,
    red: bool,
    totals: RunFinished,
}

impl Tally {
    pub(super) fn new(fail_on: FailOn, fail_on_flaky: bool) -> Self {
        Self { fail_on, fail_on_flaky, red: false, totals: RunFinished::default() }
    }

    pub(super) fn is_red(&self) -> bool {
        self.red
    }

    /// Turns red for another reason than a finding.
    pub(super) fn redden(&mut self, red: bool) {
        self.red |= red;
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
        exit_code(aborted, self.red)
    }

    /// The last event of the run.
    pub(super) fn finish(&self, code: u8, started: Instant) -> RunFinished {
        let uncounted = self.fail_on == FailOn::Never && self.totals.findings.contains_key(Level::Deny.name());
        let verdict = match code {
            exit::CONFORMS if uncounted => "violated (not counted: --fail-on never)",
            exit::CONFORMS => "conforms",
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

/// The exit code once the reports are written; a reader that went away (`| head`) is no failure.
pub(super) fn written(reports: Result<Run, ReportError>, code: u8) -> u8 {
    let Err(ReportError(failures)) = reports else { return code };
    let mut code = code;
    for failure in failures.iter().filter(|failure| failure.error.kind() != io::ErrorKind::BrokenPipe) {
        safe::error(&failure.to_string());
        if code == exit::CONFORMS {
            code = exit::NO_VERDICT;
        }
    }
    code
}
