//! The report for people: what was looked at, what is wrong and where, and what to do next.
//!
//! It is written contract by contract, as each is done. Everything from outside passes [`visible`] first, so that no
//! answer can write to the terminal behind the reader's back.

mod evidence;
mod finding;
mod paint;

use std::collections::HashMap;
use std::io::{self, Write};

use super::collect::{Run, Section};
use super::escape::{self, visible};
use super::open::open;
use super::text::{self, count};
use super::{Options, Reporter, Sink};
use crate::event::{ContractFinished, Event, Outcome};
use crate::finding::Level;
pub(super) use evidence::totals;
pub(super) use paint::Paint;

/// Width where none is known.
const WIDTH: usize = 100;
/// Reasons why verdicts were not reached that are told without -v.
const REASONS: usize = 8;

/// Writes the human report.
pub struct Human {
    sink: Sink,
    options: Options,
    paint: Paint,
    run: Run,
    /// Sections written so far.
    written: usize,
    /// Number of each fault that was described.
    numbers: HashMap<(String, Level, bool, String), usize>,
    begun: bool,
    /// Whether a finding was printed.
    told: bool,
    done: bool,
}

impl Human {
    /// Writes to `sink`.
    #[must_use]
    pub fn new(sink: Sink, mut options: Options) -> Self {
        if options.width == 0 {
            options.width = WIDTH;
        }
        let paint = Paint { on: options.color };
        let (run, numbers) = (Run::default(), HashMap::new());
        Self { sink, options, paint, run, written: 0, numbers, begun: false, told: false, done: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        let started = &self.run.started;
        self.begun = true;
        if self.options.verbosity < 0 {
            return Ok(());
        }
        let shard = started.shard.as_ref().map(|shard| format!(" · part {}", visible(shard))).unwrap_or_default();
        let line = format!(
            "contract-gate {} · profile {} · seed {}{shard}",
            visible(&started.version),
            visible(&started.profile),
            started.seed
        );
        writeln!(self.sink, "{}", self.paint.dim(&line))
    }

    /// Writes the sections that are done.
    fn catch_up(&mut self, until: usize) -> io::Result<()> {
        while self.written < until {
            let section = std::mem::take(&mut self.run.sections[self.written]);
            self.section(&section)?;
            self.told |= !section.findings.is_empty();
            // Verdicts are counted at the end; what was printed is no longer needed.
            self.run.sections[self.written] = Section {
                judged: section.judged,
                started: section.started,
                finished: section.finished,
                findings: Vec::new(),
            };
            self.written += 1;
        }
        self.sink.flush()
    }

    fn section(&mut self, section: &Section) -> io::Result<()> {
        let quiet = self.options.verbosity < 0;
        let has_findings =
            section.findings.iter().any(|finding| finding.level >= Level::Warn && finding.waived.is_none());
        let aborted = section.finished.as_ref().and_then(|finished| finished.aborted.as_ref());
        if quiet && !has_findings && aborted.is_none() {
            return Ok(());
        }
        self.heading(section)?;
        // A run that ended before it began has nothing to show of the contract.
        let nothing_asked = aborted.is_some() && section.judged.is_empty();
        // Why there is no verdict comes before anything that the run would have said with one.
        if let Some(aborted) = aborted {
            let headline = format!("no verdict ({}): {}", aborted.kind, visible(&aborted.message));
            self.hanging(&self.paint.red("  ■ "), &headline, 4)?;
            self.labelled("next:", &visible(&aborted.remedy))?;
        }
        if let Some(finished) = section.finished.as_ref().filter(|_| !quiet && !nothing_asked) {
            self.operations(section, finished)?;
            for line in evidence::coverage(&finished.coverage, self.options.verbosity > 0) {
                self.hanging("  ", &self.paint.dim(&line), 4)?;
            }
        }
        self.findings(section)?;
        if !quiet {
            if has_findings && section.judged.iter().any(|judged| !judged.outcome.is_judged()) {
                writeln!(self.sink)?;
            }
            self.inconclusive(section)?;
            self.left_out(section)?;
        }
        for remark in section.finished.iter().flat_map(|finished| &finished.remarks).filter(|_| !quiet) {
            self.hanging(&self.paint.dim("  · "), &visible(remark), 4)?;
        }
        Ok(())
    }

    fn heading(&mut self, section: &Section) -> io::Result<()> {
        let started = &section.started;
        if started.contract.is_empty() {
            return Ok(());
        }
        let facts = [&started.title, &started.document, &started.target];
        let facts: Vec<String> = facts.iter().filter(|fact| !fact.is_empty()).map(|fact| visible(fact)).collect();
        writeln!(
            self.sink,
            "\n{}  {}",
            self.paint.bold(&visible(&started.contract)),
            self.paint.dim(&facts.join(" · "))
        )
    }

    fn operations(&mut self, section: &Section, finished: &ContractFinished) -> io::Result<()> {
        let width =
            |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
        let names = width(&mut finished.operations.iter().map(|totals| &totals.operation)).min(40);
        let endpoints = width(&mut finished.operations.iter().map(|totals| &totals.endpoint)).min(48);
        let evidences = width(&mut finished.operations.iter().map(evidence::of).collect::<Vec<_>>().iter());
        let one_line = 4 + names + 2 + endpoints + 2 + evidences <= self.options.width;
        for totals in &finished.operations {
            let (mark, evidence) = (evidence::mark(self.paint, section, totals), evidence::of(totals));
            let name = format!("{:<names$}", visible(&totals.operation));
            let endpoint = format!("{:<endpoints$}", visible(&totals.endpoint));
            if one_line {
                writeln!(self.sink, "  {mark} {name}  {}  {evidence}", self.paint.dim(&endpoint))?;
            } else {
                writeln!(self.sink, "  {mark} {}  {}", name.trim_end(), self.paint.dim(endpoint.trim_end()))?;
                self.hanging("      ", &evidence, 6)?;
            }
        }
        Ok(())
    }

    /// What could not be concluded, one entry per reason, with the remedy.
    fn inconclusive(&mut self, section: &Section) -> io::Result<()> {
        let reasons = open(&section.judged);
        let shown = if self.options.verbosity > 0 || reasons.len() <= REASONS { reasons.len() } else { REASONS - 2 };
        for open in &reasons[..shown] {
            let verdicts = count(open.names.len() as u64, "verdict");
            let line = format!("{verdicts} not reached: {}", visible(open.reason));
            self.hanging(&self.paint.yellow("  ? "), &line, 4)?;
            let (names, more) = open.names(if self.options.verbosity > 0 { usize::MAX } else { 3 });
            let mut list = visible(&names);
            if more > 0 {
                list.push_str(&format!(" and {more} more (-v lists them)"));
            }
            self.labelled("checks:", &list)?;
            let remedy = open.remedy;
            let told = section.finished.as_ref().and_then(|finished| finished.aborted.as_ref());
            if !remedy.is_empty() && told.is_none_or(|aborted| aborted.remedy != remedy) {
                self.labelled("next:", &visible(remedy))?;
            }
        }
        if shown < reasons.len() {
            let left = &reasons[shown..];
            let verdicts = count(left.iter().map(|open| open.names.len() as u64).sum(), "more verdict");
            let line =
                format!("{verdicts} not reached, for {} (-v lists them)", count(left.len() as u64, "other reason"));
            self.hanging(&self.paint.yellow("  ? "), &line, 4)?;
        }
        Ok(())
    }

    /// What was switched off, and with -v what does not apply.
    fn left_out(&mut self, section: &Section) -> io::Result<()> {
        let mut switches: Vec<(&str, u64)> = Vec::new();
        for judged in &section.judged {
            if let Outcome::Disabled { by } = &judged.outcome {
                match switches.iter_mut().find(|(known, _)| known == by) {
                    Some((_, number)) => *number += 1,
                    None => switches.push((by, 1)),
                }
            }
        }
        for (by, number) in switches {
            let line = format!("{} switched off by {}", count(number, "verdict"), visible(by));
            self.hanging(&self.paint.dim("  - "), &line, 4)?;
        }
        if self.options.verbosity > 0 {
            for judged in &section.judged {
                if let Outcome::NotApplicable { reason } = &judged.outcome {
                    let line = format!("{} does not apply to {}: {reason}", judged.check, judged.operation);
                    self.hanging(&self.paint.dim("  - "), &visible(&line), 4)?;
                }
            }
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let (verdict, exit) = self.run.verdict();
        let meaning = text::exit_meaning(exit, verdict);
        let indent = verdict.chars().count() + 2;
        let painted = match exit {
            _ if text::is_uncounted(exit, verdict) => self.paint.yellow(&self.paint.bold(&visible(verdict))),
            0 => self.paint.green(&self.paint.bold(&visible(verdict))),
            1 => self.paint.red(&self.paint.bold(&visible(verdict))),
            _ => self.paint.yellow(&self.paint.bold(&visible(verdict))),
        };
        writeln!(self.sink)?;
        let totals = totals(&self.run);
        self.hanging(&format!("{painted}: "), &totals, indent)?;
        let started = &self.run.started;
        writeln!(self.sink, "exit {exit}: {meaning}")?;
        if !started.repeat.is_empty() && self.options.verbosity >= 0 {
            writeln!(self.sink, "seed {}, repeat with: {}", started.seed, visible(&started.repeat))?;
        }
        if self.told && self.options.verbosity >= 0 {
            writeln!(self.sink, "{}", self.paint.dim(text::values(self.options.show_values)))?;
        }
        Ok(())
    }

    /// A text wrapped to the width, behind a prefix; its further lines are indented.
    fn hanging(&mut self, prefix: &str, body: &str, indent: usize) -> io::Result<()> {
        let width = self.options.width.saturating_sub(indent).max(20);
        for (index, line) in text::wrap(body, width).iter().enumerate() {
            let bare = index > 0 || prefix.trim().is_empty();
            let line = if bare { escape::no_command(line) } else { line.into() };
            if index == 0 {
                writeln!(self.sink, "{prefix}{line}")?;
            } else {
                writeln!(self.sink, "{:indent$}{line}", "")?;
            }
        }
        Ok(())
    }

    fn labelled(&mut self, label: &str, body: &str) -> io::Result<()> {
        if body.is_empty() {
            return Ok(());
        }
        let prefix = format!("    {}", self.paint.dim(&format!("{label:<10}")));
        self.hanging(&prefix, body, 14)
    }
}

impl Reporter for Human {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.run.event(event);
        match event {
            Event::RunStarted(_) => self.begin(),
            Event::ContractFinished(finished) => {
                let last = self.run.sections.iter().rposition(|section| section.started.contract == finished.contract);
                self.catch_up(last.map_or(self.written, |last| last + 1))
            }
            Event::RunFinished(_) => self.finish(),
            _ => Ok(()),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(());
        }
        if !self.begun {
            self.begin()?;
        }
        // Findings that came after their contract was printed, such as stale waivers.
        let late = self.run.sections[..self.written].iter_mut().map(|section| std::mem::take(&mut section.findings));
        let late: Vec<Section> = late
            .filter(|findings| !findings.is_empty())
            .map(|findings| Section { findings, ..Section::default() })
            .collect();
        self.run.sections.extend(late);
        self.catch_up(self.run.sections.len())?;
        self.end()?;
        self.sink.commit()
    }
}
