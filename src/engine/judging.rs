//! The verdicts of a run: each check on each operation; what is wrong is looked at again, and reduced.

use std::collections::HashMap;

use super::causes::{Causes, causes_first};
use super::confirm::{Again, Confirmer};
use super::cut::Cut;
use super::plain::unpromised;
use super::reduce::reduce;
use super::regression::{Regression, regression};
use super::run::Runner;
use super::{Options, Red, tell};
use crate::checks::{Blame, CATALOGUE, Check, Verdict};
use crate::contract::{Contract, Operation};
use crate::event::{Event, Evidence, Outcome};
use crate::exchange::Sent;
use crate::finding::{Finding, Level, Stability};
use crate::study::Study;

/// Most faults looked at again in one run; the rest is reported as seen.
const MOST_CONFIRMED: usize = 60;
/// Requests that looking again and reducing may cost whatever the run did before.
const REPEATS: u64 = 200;
/// Of what they may cost, the part that reducing may: it explains what looking again has to prove.
const REDUCING: u64 = 3;

/// Faults of one check on one operation that are one thing.
pub(super) struct Group {
    pub(super) blame: Blame,
    /// Places that show it.
    pub(super) occurrences: u32,
    /// Answers that show it: one may do so in many places.
    pub(super) answers: u32,
}

/// The event of a verdict, with what was found.
pub(super) type Told = (Event, Vec<Finding>);

/// Verdicts as they come about.
pub(super) struct Judging<'a> {
    options: &'a Options,
    confirmer: Confirmer<'a>,
    /// Why not everything was seen that was planned.
    cut: Option<Cut>,
    confirmed: usize,
    /// Requests that reducing may still cost.
    reducing: u64,
    /// Findings that were not reduced for the cost of it.
    unreduced: usize,
    /// Verdicts in the order of the catalogue, then of the document.
    pub(super) told: Vec<Told>,
    /// Verdicts that were left out after a finding that ends the run.
    pub(super) left_out: u64,
    /// The smallest cases that show the deny-level faults.
    pub(super) regressions: Vec<Regression>,
    causes: Causes,
}

impl<'a> Judging<'a> {
    /// Judges by what a study holds; looking again sends by the runner.
    pub(super) fn new(runner: &'a Runner, study: &'a Study, options: &'a Options, cut: Option<Cut>) -> Self {
        let budget = runner.target.requests().max(REPEATS).min(options.repeat_budget);
        let confirmer = Confirmer::new(runner, study, budget);
        let (told, regressions) = (Vec::new(), Vec::new());
        let reducing = budget / REDUCING;
        let causes = Causes::default();
        Self { options, confirmer, cut, confirmed: 0, reducing, unreduced: 0, told, left_out: 0, regressions, causes }
    }

    /// What was left out for the number of requests that it would have cost. Causes come first in the catalogue, so that it
    /// is what follows from them that is shown as it was first seen.
    pub(super) fn spared(&self) -> Vec<String> {
        let of = |count: usize| if count == 1 { "1 finding is".to_owned() } else { format!("{count} findings are") };
        let held = "many findings must not cost many requests";
        let mut remarks = Vec::new();
        if self.confirmer.spared > 0 {
            let those = of(self.confirmer.spared);
            remarks.push(format!("{those} told as first seen, without looking again: {held}; mend what comes first"));
        }
        if self.confirmer.ended > 0 {
            let those = of(self.confirmer.ended);
            remarks.push(format!("{those} told as first seen, without looking again: the run had ended"));
        }
        if self.unreduced > 0 {
            let those = of(self.unreduced);
            remarks.push(format!("{those} shown as first seen, not by the smallest case: {held}"));
        }
        remarks
    }

    /// Every check on every operation.
    pub(super) async fn everything(&mut self) {
        let contract = self.contract();
        for check in CATALOGUE {
            for operation in &contract.operations {
                let told = self.verdict(check, operation).await;
                self.told.push(told);
            }
        }
        self.told = causes_first(std::mem::take(&mut self.told));
    }

    fn contract(&self) -> &'a Contract {
        &self.confirmer.study.contract
    }

    async fn verdict(&mut self, check: &Check, operation: &Operation) -> Told {
        let contract = self.contract();
        if let Some(by) = self.disabled(check, operation) {
            return (tell::judged(contract, check, operation, Outcome::Disabled { by }, None), Vec::new());
        }
        let seen = (check.judge)(self.confirmer.study, operation);
        // What was seen and could not be read is another reason than that nothing was promised.
        let beyond = matches!(seen, Verdict::Inconclusive { .. })
            .then(|| Cut::beyond(self.confirmer.study, operation))
            .flatten()
            .filter(|_| self.cut.is_none());
        if let Some(beyond) = beyond {
            return (tell::judged(contract, check, operation, beyond.outcome(), None), Vec::new());
        }
        match unpromised(operation, seen) {
            Verdict::Judged { evidence, blames } => self.judged(check, operation, evidence, blames).await,
            verdict => {
                // What was missing was not sent: any other reason would be made up.
                let open = matches!(verdict, Verdict::Inconclusive { .. });
                let event = match (&self.cut, self.causes.before(check, operation)) {
                    (Some(cut), _) if open => tell::judged(contract, check, operation, cut.outcome(), None),
                    (None, Some(cause)) if open => {
                        let outcome = Outcome::Inconclusive {
                            reason: format!("what it compares is wrong already: see `{cause}`"),
                            remedy: "mend what comes first, then run again".to_owned(),
                        };
                        tell::judged(contract, check, operation, outcome, None)
                    }
                    _ => tell::verdict(contract, check, operation, &verdict),
                };
                (event, Vec::new())
            }
        }
    }

    /// What keeps a check from judging, if anything does.
    fn disabled(&mut self, check: &Check, operation: &Operation) -> Option<String> {
        if self.options.fail_fast.as_ref().is_some_and(|red| is_red(&self.told, red)) {
            self.left_out += 1;
            return Some("--fail-fast, after the first finding".to_owned());
        }
        self.options.selection.disabled(check, &operation.id)
    }

    /// A verdict that rests on evidence: what of its blames is still true.
    async fn judged(&mut self, check: &Check, operation: &Operation, evidence: Evidence, blames: Vec<Blame>) -> Told {
        let mut findings = Vec::new();
        let mut moved = false;
        let mut spared = true;
        for group in group(blames, evidence.answers) {
            match self.finding(check, operation, group).await {
                Ok(finding) => findings.push(finding),
                Err(again) => {
                    moved = true;
                    spared &= matches!(again, Again::Spared);
                }
            }
        }
        let stop = self.confirmer.runner.target.stop();
        let outcome = if !findings.is_empty() {
            Outcome::of(&findings)
        } else if let Some(stop) = stop.filter(|_| moved) {
            Cut::from(stop).outcome()
        } else if moved && spared {
            Outcome::Inconclusive {
                reason: "what was seen was not looked at again, since other findings took the requests for it"
                    .to_owned(),
                remedy: "mend what comes first, then run again".to_owned(),
            }
        } else if moved {
            Outcome::Inconclusive {
                reason: match &self.confirmer.drift {
                    Some(drift) => format!("the data moved each time it was looked at: {drift}"),
                    None => "the data moved each time it was looked at".to_owned(),
                },
                remedy: "run against data that stands still, or at a quieter time".to_owned(),
            }
        } else {
            Outcome::Passed
        };
        (tell::judged(self.contract(), check, operation, outcome, Some(evidence)), findings)
    }

    /// Looks again at a fault and reduces it.
    ///
    /// # Errors
    /// Why nothing is proved: the data moved, the target is gone, or it would cost too much.
    async fn finding(&mut self, check: &Check, operation: &Operation, mut group: Group) -> Result<Finding, Again> {
        let level = self.options.selection.level(check, &operation.id, group.blame.level);
        let mut stability = Stability::Reproduced;
        // A note is not worth a request, but where the data moves a comparison is not even a note.
        let looked_at = level > Level::Note || (level == Level::Note && group.blame.compares);
        if looked_at && self.confirmed >= MOST_CONFIRMED {
            stability = Stability::Unconfirmed;
            self.confirmer.spared += u32::from(level > Level::Note) as usize;
        } else if looked_at {
            self.confirmed += 1;
            match self.confirmer.look(check, operation, &group.blame, group.answers).await {
                Again::Seen(seen) | Again::NotSeen(seen) => stability = seen,
                again => return Err(again),
            }
        }
        let (runner, study) = (self.confirmer.runner, self.confirmer.study);
        let mut exchanges = tell::exchanges(study, &group.blame);
        let reducible = matches!(stability, Stability::Reproduced | Stability::Unconfirmed);
        let follows = self.causes.of(check, operation, &group.blame);
        // What follows from another fault is mended with it: its smallest case is not worth the requests.
        let small = self.options.shrink && level == Level::Deny && reducible && follows.is_none();
        let most = self.reducing.min(self.confirmer.budget);
        if small && most > 0 {
            let before = runner.target.requests();
            if let Some(smaller) = reduce(runner, study, (check, operation), &group.blame, most).await {
                (group.blame, exchanges) = smaller;
                // The smaller case showed it again.
                stability = Stability::Reproduced;
            }
            let spent = runner.target.requests() - before;
            self.reducing = self.reducing.saturating_sub(spent);
            self.confirmer.budget = self.confirmer.budget.saturating_sub(spent);
        } else if small {
            self.unreduced += 1;
        }
        let level = if matches!(stability, Stability::Flaky { .. }) { level.min(Level::Warn) } else { level };
        let shown = (&group.blame, exchanges);
        let finding = tell::finding(self.contract(), check, operation, shown, level, stability, group.occurrences);
        let finding = Finding { follows, ..finding };
        self.causes.note(check, operation, &group.blame, &finding);
        if level == Level::Deny {
            self.regressions.extend(regression(self.contract(), &finding, group.blame.cases));
        }
        Ok(finding)
    }
}

/// Whether the last verdict came with a finding that ends the run, or one before it did.
fn is_red(told: &[Told], red: &Red) -> bool {
    told.iter().flat_map(|(_, findings)| findings).any(|finding| (red.0)(finding))
}

/// Faults with one mark are one thing; the first of the gravest stands for all.
pub(super) fn group(blames: Vec<Blame>, answers: u64) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    // Blames come in the order of the answers, so that one answer's stand together.
    let mut last: HashMap<String, Vec<Sent>> = HashMap::new();
    for blame in blames {
        let before = last.insert(blame.mark.clone(), blame.sent.clone());
        match groups.iter_mut().find(|group| group.blame.mark == blame.mark) {
            Some(group) => {
                group.occurrences = group.occurrences.saturating_add(blame.times);
                group.answers += u32::from(before.as_ref() != Some(&blame.sent));
                if blame.is_graver_than(&group.blame) {
                    group.blame = blame;
                }
            }
            None => groups.push(Group { occurrences: blame.times, answers: 1, blame }),
        }
    }
    for group in &mut groups {
        group.blame.exposed = group.blame.exposed.max(u32::try_from(answers).unwrap_or(u32::MAX));
    }
    groups
}
