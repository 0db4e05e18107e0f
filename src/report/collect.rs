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
                self.section(&name).found((**finding).clone());
            }
            Event::ContractFinished(finished) => {
                let section = self.section(&finished.contract);
                // What weighs most comes first in every report; otherwise the order of cause stays.
                section.findings.sort_by_key(|finding| (finding.waived.is_some(), std::cmp::Reverse(finding.level)));
                section.finished = Some((**finished).clone());
                section.count_outcomes();
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

    /// How often each outcome was given, in the order of [`Outcome::NAMES`].
    #[must_use]
    pub fn outcomes(&self) -> [u64; 8] {
        let mut counts = [0; 8];
        for judged in self.judged() {
            let name = judged.outcome.name();
            if let Some(index) = Outcome::NAMES.iter().position(|known| *known == name) {
                counts[index] += 1;
            }
        }
        counts
    }
}

impl Section {
    /// Takes a finding in. Its verdict came before it, and before waivers were applied: it is mended here.
    fn found(&mut self, finding: Finding) {
        let belongs = |finding: &Finding, judged: &Judged| {
            finding.id == judged.check && finding.operation.as_deref().unwrap_or_default() == judged.operation
        };
        let judged = self.judged.iter_mut().rev().find(|judged| belongs(&finding, judged));
        if let Some(judged) = judged.filter(|judged| judged.outcome.is_judged()) {
            // The findings of one verdict follow it; the first of them says what the verdict is without the others.
            let is_first = !self.findings.last().is_some_and(|last| belongs(last, judged));
            let outcome = Outcome::of([&finding]);
            if is_first || outcome.weight() > judged.outcome.weight() {
                judged.outcome = outcome;
            }
        }
        self.findings.push(finding);
    }

    /// Counts the verdicts of each operation anew, now that waivers are applied.
    fn count_outcomes(&mut self) {
        let Some(finished) = self.finished.as_mut().filter(|_| !self.judged.is_empty()) else { return };
        for totals in &mut finished.operations {
            totals.outcomes.clear();
            for judged in self.judged.iter().filter(|judged| judged.operation == totals.operation) {
                *totals.outcomes.entry(judged.outcome.name().to_owned()).or_default() += 1;
            }
        }
    }
}
