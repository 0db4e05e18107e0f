//! A whole run in memory, for the reports that are written at its end.

use crate::event::{ContractFinished, ContractStarted, Event, Judged, Outcome, RunFinished, RunStarted};
use crate::finding::{Finding, Level};

/// Everything that a run said, sorted by contract.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// How the run was set up.
    pub started: RunStarted,
    /// One section per contract, in the order in which they were checked; findings without contract are in one
    /// without a name.
    pub sections: Vec<Section>,
    /// How the run ended; absent when it was cut off.
    pub finished: Option<RunFinished>,
}

/// What was said about one contract.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// What was to be checked.
    pub started: ContractStarted,
    /// Every verdict, in plan order.
    pub judged: Vec<Judged>,
    /// Every finding, waived ones included, in plan order.
    pub findings: Vec<Finding>,
    /// How it ended.
    pub finished: Option<ContractFinished>,
}

impl Run {
    /// Takes in one event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted(started) => self.started = started.clone(),
            Event::ContractStarted(started) => {
                self.sections.push(Section { started: started.clone(), ..Section::default() });
            }
            Event::Exchanged(_) => {}
            Event::Judged(judged) => self.section(&judged.contract).judged.push(judged.clone()),
            Event::Found(finding) => {
                let name = finding.contract.clone().or_else(|| self.open().map(str::to_owned)).unwrap_or_default();
                self.section(&name).findings.push((**finding).clone());
            }
            Event::ContractFinished(finished) => {
                self.section(&finished.contract).finished = Some((**finished).clone());
            }
            Event::RunFinished(finished) => self.finished = Some(finished.clone()),
        }
    }

    /// The name of the contract that is being checked.
    fn open(&self) -> Option<&str> {
        let last = self.sections.last().filter(|section| section.finished.is_none())?;
        Some(&last.started.contract)
    }

    fn section(&mut self, name: &str) -> &mut Section {
        let at = self.sections.iter().rposition(|section| section.started.contract == name).unwrap_or_else(|| {
            let started = ContractStarted { contract: name.to_owned(), ..ContractStarted::default() };
            self.sections.push(Section { started, ..Section::default() });
            self.sections.len() - 1
        });
        &mut self.sections[at]
    }

    /// Every finding of the run, in plan order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.sections.iter().flat_map(|section| &section.findings)
    }

    /// Every verdict of the run, in plan order.
    pub fn judged(&self) -> impl Iterator<Item = &Judged> {
        self.sections.iter().flat_map(|section| &section.judged)
    }

    /// Findings at a level, waived ones left out.
    #[must_use]
    pub fn at_level(&self, level: Level) -> u64 {
        self.findings().filter(|finding| finding.level == level && finding.waived.is_none()).count() as u64
    }

    /// The verdict in a few words and the exit code; a run that was cut off has no verdict.
    #[must_use]
    pub fn verdict(&self) -> (&str, u8) {
        self.finished.as_ref().map_or(("no verdict", 3), |finished| (&finished.verdict, finished.exit))
    }

    /// How often each outcome was given: passed, failed, inconclusive, not applicable, disabled.
    #[must_use]
    pub fn outcomes(&self) -> [u64; 5] {
        let mut counts = [0; 5];
        for judged in self.judged() {
            counts[outcome_index(&judged.outcome)] += 1;
        }
        counts
    }
}

fn outcome_index(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Passed => 0,
        Outcome::Failed => 1,
        Outcome::Inconclusive { .. } => 2,
        Outcome::NotApplicable { .. } => 3,
        Outcome::Disabled { .. } => 4,
    }
}

/// The name of an outcome, as it stands in reports.
#[must_use]
pub fn outcome_name(outcome: &Outcome) -> &'static str {
    ["passed", "failed", "inconclusive", "not-applicable", "disabled"][outcome_index(outcome)]
}
