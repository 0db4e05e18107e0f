//! What came of a check: findings, verdicts per trial, reports.

use std::fmt;
use std::sync::Arc;

use super::Trial;
use crate::contract::Contract;
use crate::engine::{self, Regression};
use crate::event::{Aborted, Event, Judged, Outcome, RunFinished, exit_code};
use crate::finding::{Finding, Level};
use crate::mask::Masker;
use crate::recording;
use crate::report::{self, Fanout, Format, ReportSpec, Sink};

/// What a test runner is to say of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Judged, and nothing wrong at level deny.
    Passed,
    /// A violation, in words.
    Failed(String),
    /// Nothing could be concluded; why, and what to do.
    Inconclusive(String),
    /// There is nothing to conclude, or it is switched off; why.
    Skipped(String),
}

/// What came of a check. Its `Display` is the human report.
#[derive(Clone, Debug)]
pub struct Checked {
    contract: Arc<Contract>,
    events: Vec<Event>,
    show_values: bool,
    /// Why there is no verdict, if there is none.
    pub aborted: Option<Aborted>,
    /// The smallest cases that show the violations, to be sent first in later runs: see [`crate::regressions`].
    pub regressions: Vec<Regression>,
    /// What became of the recording, if one was asked for: see [`super::Gate::record`].
    pub recording: Option<Result<recording::Written, Arc<std::io::Error>>>,
}

impl Checked {
    pub(super) fn new(contract: &Arc<Contract>, show_values: bool) -> Self {
        let contract = Arc::clone(contract);
        Self { contract, events: Vec::new(), show_values, aborted: None, regressions: Vec::new(), recording: None }
    }

    /// Takes a masked event in.
    pub(super) fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Every finding, waived ones included, in the order told.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.events.iter().filter_map(|event| match event {
            Event::Found(finding) => Some(&**finding),
            _ => None,
        })
    }

    /// Requests sent.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.events.iter().map(|event| if let Event::RunFinished(last) = event { last.requests } else { 0 }).sum()
    }

    /// Whether there is a verdict and no violation in it.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.aborted.is_none() && self.violations().next().is_none()
    }

    /// `Ok` if the server conforms; the human report otherwise, for tests that end with `?`.
    ///
    /// # Errors
    /// When there is a violation or no verdict.
    pub fn into_result(self) -> Result<(), Violation> {
        if self.conforms() { Ok(()) } else { Err(Violation(self.to_string())) }
    }

    /// The verdict of one trial.
    #[must_use]
    pub fn verdict(&self, trial: &Trial) -> Verdict {
        let judged = self.judged().find(|judged| judged.operation == trial.operation && judged.check == trial.check);
        match judged.map(|judged| &judged.outcome) {
            Some(Outcome::Inconclusive { reason, remedy }) => {
                Verdict::Inconclusive(format!("{reason}; next: {remedy}"))
            }
            Some(Outcome::NotApplicable { reason }) => Verdict::Skipped(reason.clone()),
            Some(Outcome::Disabled { by }) => Verdict::Skipped(format!("switched off by {by}")),
            Some(_) => {
                let own = self.violations().filter(|finding| {
                    finding.id == trial.check && finding.operation.as_deref() == Some(trial.operation.as_str())
                });
                let texts: Vec<String> = own.map(|finding| report::text::plain(finding, false)).collect();
                if texts.is_empty() { Verdict::Passed } else { Verdict::Failed(texts.join("\n\n")) }
            }
            None => {
                let why = self.aborted.as_ref().map(|aborted| format!("{}; next: {}", aborted.message, aborted.remedy));
                Verdict::Failed(why.unwrap_or_else(|| "no verdict was given".to_owned()))
            }
        }
    }

    /// The run as a report in any format.
    #[must_use]
    pub fn report(&self, format: Format) -> String {
        let document = &self.contract.document;
        let options = report::Options {
            documents: [(document.path().display().to_string(), document.text().to_owned())].into(),
            catalogue: super::catalogue().into(),
            show_values: self.show_values,
            ..report::Options::default()
        };
        let written = Written::default();
        let mut fanout = Fanout::new(options, Masker::default());
        fanout.add(&ReportSpec { format, path: None }, Sink::stream(Box::new(written.clone())));
        self.events.iter().for_each(|event| fanout.event(event));
        // Memory takes everything.
        drop(fanout.finish());
        written.text()
    }

    /// Every verdict, in the order told: for a ledger of what was judged, see [`crate::ledger`].
    pub fn judged(&self) -> impl Iterator<Item = &Judged> {
        self.events.iter().filter_map(|event| match event {
            Event::Judged(judged) => Some(judged),
            _ => None,
        })
    }

    fn violations(&self) -> impl Iterator<Item = &Finding> {
        self.findings().filter(|finding| finding.level == Level::Deny && finding.waived.is_none())
    }

    pub(super) fn finish(&mut self, came: engine::Checked) {
        (self.aborted, self.regressions) = (came.aborted, came.regressions);
        let mut last = RunFinished { requests: came.requests, ..RunFinished::default() };
        for finding in self.findings() {
            match finding.waived {
                Some(_) => last.waived += 1,
                None => *last.findings.entry(finding.level.name().to_owned()).or_default() += 1,
            }
        }
        for judged in self.judged() {
            *last.outcomes.entry(judged.outcome.name().to_owned()).or_default() += 1;
        }
        last.exit = exit_code(self.aborted.as_ref(), self.violations().next().is_some());
        let verdict = match last.exit {
            0 => "conforms",
            1 => "violated",
            _ => "no verdict",
        };
        last.verdict = verdict.to_owned();
        self.events.push(Event::RunFinished(last));
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report(Format::Human))
    }
}

/// A server that does not conform. `Debug` is the human report, so that a test that ends with `?` prints it.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Violation(String);

impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server does not keep its contract\n{}", self.0)
    }
}

/// Bytes in memory, shared with the report that writes them.
#[derive(Clone, Default)]
struct Written(Arc<std::sync::Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
