//! Progress on standard error: a bar on a terminal, a line per contract elsewhere, nothing with `-q`.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Reporter;
use super::escape::visible;
use super::text::count;
use crate::event::{ContractStarted, Event};
use crate::finding::Level;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// A bar that is redrawn: standard error is a terminal.
    Bar,
    /// A line per contract, without carriage returns.
    Lines,
    /// Nothing.
    Quiet,
}

impl Manner {
    /// A bar on a terminal, lines elsewhere, nothing with `-q` or on a dumb terminal.
    #[must_use]
    pub fn choose(stderr_is_terminal: bool, quiet: bool) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match (quiet, stderr_is_terminal && !dumb) {
            (true, _) => Self::Quiet,
            (false, true) => Self::Bar,
            (false, false) => Self::Lines,
        }
    }
}

/// Shows how far a run is.
pub struct Progress {
    manner: Manner,
    lines: Box<dyn Write + Send>,
    bar: Option<ProgressBar>,
    time_budget: Option<Duration>,
    begun: Instant,
    findings: u64,
    name: String,
}

impl Progress {
    /// Shows progress in this manner; lines go to `stderr`, a bar goes to standard error by itself.
    #[must_use]
    pub fn new(manner: Manner, time_budget: Option<Duration>, stderr: Box<dyn Write + Send>) -> Self {
        let (bar, begun, findings, name) = (None, Instant::now(), 0, String::new());
        Self { manner, lines: stderr, bar, time_budget, begun, findings, name }
    }

    fn contract(&mut self, started: &ContractStarted) -> io::Result<()> {
        self.clear();
        self.name = visible(&started.contract);
        match self.manner {
            Manner::Quiet => Ok(()),
            Manner::Lines => {
                let operations = count(started.operations.len() as u64, "operation");
                writeln!(self.lines, "checking {} against {}: {operations}", self.name, visible(&started.target))?;
                self.lines.flush()
            }
            Manner::Bar => {
                let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
                bar.set_style(
                    ProgressStyle::with_template("{spinner} {msg}")
                        .unwrap_or_else(|_| ProgressStyle::default_spinner()),
                );
                bar.enable_steady_tick(Duration::from_millis(120));
                bar.set_message(format!("checking {}", self.name));
                self.bar = Some(bar);
                Ok(())
            }
        }
    }

    fn draw(&mut self, requests: u64, budget: Option<u64>) {
        let Some(bar) = &self.bar else { return };
        if let (Some(budget), None) = (budget, bar.length()) {
            bar.set_length(budget);
            let style = ProgressStyle::with_template("{spinner} [{bar:24}] {msg}").ok();
            bar.set_style(style.unwrap_or_else(ProgressStyle::default_bar).progress_chars("=> "));
        }
        bar.set_position(requests);
        bar.set_message(self.message(requests, budget));
    }

    /// `flexportal: 63 requests, 2 findings, 437 requests and 4 min left`.
    fn message(&self, requests: u64, budget: Option<u64>) -> String {
        let mut message = format!("{}: {}, {}", self.name, count(requests, "request"), count(self.findings, "finding"));
        let mut left = Vec::new();
        if let Some(budget) = budget {
            left.push(count(budget.saturating_sub(requests), "request"));
        }
        if let Some(limit) = self.time_budget {
            left.push(format!("{} s", limit.saturating_sub(self.begun.elapsed()).as_secs()));
        }
        if !left.is_empty() {
            message.push_str(&format!(", {} left", left.join(" and ")));
        }
        message
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Reporter for Progress {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::ContractStarted(started) => return self.contract(started),
            Event::Exchanged(exchanged) => self.draw(exchanged.requests, exchanged.budget),
            Event::Found(finding) if finding.level > Level::Note && finding.waived.is_none() => self.findings += 1,
            Event::ContractFinished(_) | Event::RunFinished(_) => self.clear(),
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.clear();
        self.lines.flush()
    }
}
