//! A run of one contract: checks are asked in rounds what they want to see, it is sent, judged and told.

use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use super::errand::Errand;
use super::judging::Judging;
use super::run::Runner;
use super::{Checked, Options, coverage, cut};
use crate::case::Case;
use crate::checks::Family;
use crate::contract::Contract;
use crate::event::{Aborted, ContractFinished, Event, Obstacle, Outcome};
use crate::finding::Finding;
use crate::study::{Seen, Study};
use crate::target::Target;

/// Most rounds of planning: what a check wants may depend on what it saw, but not for ever.
const ROUNDS: usize = 6;

/// A run of one contract.
pub(super) struct Run<'a> {
    pub(super) runner: Runner,
    pub(super) study: Study,
    pub(super) options: &'a Options,
    pub(super) cost: BTreeMap<Errand, u64>,
    pub(super) remarks: Vec<String>,
    /// Verdicts by operation and outcome.
    pub(super) outcomes: BTreeMap<String, BTreeMap<String, u64>>,
    pub(super) checked: Checked,
    /// Fingerprints of faults that were looked at again before everything was seen.
    pub(super) doubted: HashSet<String>,
    /// Whether something was planned that was not sent, because nothing more may be.
    pub(super) cut_off: bool,
    /// Whether the run ended early at a finding, with `fail_fast`.
    pub(super) is_red: bool,
    /// Why the second tenant was left out, if it was.
    pub(super) no_second: Option<Aborted>,
}

impl Run<'_> {
    /// Counts what was sent since there were `before` requests.
    pub(super) fn charge(&mut self, errand: Errand, before: u64) {
        *self.cost.entry(errand).or_default() += self.runner.target.requests() - before;
    }

    /// Counts everything that was sent so far: the run begins with a look at the set-up.
    pub(super) fn charge_preflight(&mut self) {
        self.cost.insert(Errand::Preflight, self.runner.target.requests());
    }

    /// Asks the checks in rounds what they want to see, and sends it.
    pub(super) async fn observe(&mut self) {
        self.replay().await;
        for round in 0..ROUNDS {
            let mut planned = self.plan();
            if round == 0 {
                let plain: Vec<Case> = self.plain_calls().into_iter().filter(|case| !self.study.has(case)).collect();
                planned.splice(0..0, plain.into_iter().map(|case| (Family::Answers, case)));
            }
            planned.sort_by_key(|(family, _)| *family != Family::Paging);
            if planned.is_empty() {
                break;
            }
            if self.runner.target.stop().is_some() {
                self.cut_off = true;
                break;
            }
            self.send(&planned).await;
            if self.is_red {
                return;
            }
        }
    }

    /// Sends what was planned, family by family, so that the cost can be told; plan order within. Ends early at a finding
    /// that turns the run red.
    async fn send(&mut self, planned: &[(Family, Case)]) {
        let mut families: Vec<Family> = planned.iter().map(|(family, _)| *family).collect();
        families.dedup();
        for family in families {
            let mut cases: Vec<Case> =
                planned.iter().filter(|(of, _)| *of == family).map(|(_, case)| case.clone()).collect();
            cases.retain(|case| self.no_second.is_none() || !case.access().is_of_second());
            let before = self.runner.target.requests();
            let seen = self.runner.perform_all(&cases, &self.study).await;
            self.charge(Errand::Observe(family), before);
            for (case, seen) in cases.into_iter().zip(seen) {
                let seen = lighten(&self.study.contract, seen);
                self.study.add(case, seen);
            }
            self.without_second();
            self.is_red = self.is_red_already().await;
            if self.is_red {
                return;
            }
        }
    }

    /// Judges everything, looks again at what is wrong, and tells.
    pub(super) async fn judge(&mut self, emit: &mut (dyn FnMut(Event) + Send)) {
        let before = self.runner.target.requests();
        let mut judging = Judging::new(&self.runner, &self.study, self.options, self.cut());
        judging.everything().await;
        self.remarks.extend(judging.spared());
        let Judging { told, left_out, regressions, .. } = judging;
        self.is_red |= left_out > 0;
        self.checked.regressions.extend(regressions);
        self.charge(Errand::Confirm, before);
        for (event, findings) in told {
            self.tell(event, findings, emit);
        }
    }

    /// Counts a verdict and tells it, with what was found.
    fn tell(&mut self, event: Event, findings: Vec<Finding>, emit: &mut (dyn FnMut(Event) + Send)) {
        if let Event::Judged(judged) = &event {
            let of = self.outcomes.entry(judged.operation.clone()).or_default();
            *of.entry(judged.outcome.name().to_owned()).or_default() += 1;
            *self.checked.outcomes.entry(judged.outcome.name().to_owned()).or_default() += 1;
        }
        emit(event);
        for finding in findings {
            emit(Event::Found(Box::new(finding.clone())));
            self.checked.findings.push(finding);
        }
    }

    /// What the run comes to, told.
    pub(super) fn finish(
        mut self,
        aborted: Option<Aborted>,
        started: Instant,
        emit: &mut (dyn FnMut(Event) + Send),
    ) -> Checked {
        let aborted = aborted.or_else(|| self.runner.target.stop().map(cut::stopped));
        // What was asked for was not all looked at: no verdict, unless something is wrong anyway.
        let aborted = aborted.or_else(|| self.no_second.take());
        let judged = Outcome::judged_of(&self.checked.outcomes);
        let nothing = judged == 0 && aborted.is_none();
        if self.runner.target.stop().is_none() && aborted.is_none() {
            self.tell_plain();
        }
        let aborted = aborted.or_else(|| {
            nothing.then(|| Aborted {
                kind: Obstacle::NothingRan,
                message: "no check had anything to judge".to_owned(),
                remedy: "check the selection, and that the document has operations with x-contract clauses".to_owned(),
            })
        });
        let studies = std::slice::from_ref(&self.study);
        let coverage = coverage::coverage(&self.study.contract, studies);
        let selection = &self.options.selection;
        // Of a run that stopped early nobody knows what it would have tried.
        let whole = selection.is_whole() && selection.profile.runs(Family::Filters);
        if aborted.is_none() && !self.is_red && whole {
            self.remarks.extend(coverage::untried(&self.study, &coverage));
        }
        self.remarks.extend(self.beyond());
        self.remarks.extend(of_the_way(&self.runner.target).map(str::to_owned));
        self.checked.requests = self.runner.target.requests();
        self.checked.aborted.clone_from(&aborted);
        emit(Event::ContractFinished(Box::new(ContractFinished {
            contract: self.study.contract.name.clone(),
            requests: self.runner.target.requests(),
            waited: self.runner.target.waits(),
            cost: self.cost.iter().map(|(errand, cost)| (errand.name().to_owned(), *cost)).collect(),
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            operations: coverage::totals(&self.study.contract, studies, &mut self.outcomes),
            coverage,
            remarks: self.remarks.clone(),
            aborted,
        })));
        self.checked
    }
}

/// What is to be said of the way to the target.
fn of_the_way(target: &Target) -> impl Iterator<Item = &'static str> {
    let other_host = target.names_another_host().then_some(
        "addresses of next pages name another host, as behind a proxy: where they end in the path of their list, that \
                 was asked for on the base URL",
    );
    let kept = target.lost_a_kept_connection().then_some(
        "a connection that the target had kept was closed while a request was on its way, which RFC 9112, section \
                 9.3.1, allows: every request since came on a connection of its own",
    );
    other_host.into_iter().chain(kept)
}

/// Bodies of pages and of lists are not kept; single records are, for the comparisons.
fn lighten(contract: &Contract, seen: Seen) -> Seen {
    match seen {
        Seen::Answer(mut answer) => {
            let lists =
                contract.operation(&answer.call.operation).and_then(|operation| operation.clause.lists.as_ref());
            if answer.page.as_ref().is_some_and(|page| page.items > 250) {
                answer.lighten(lists.map_or("", |lists| lists.items.as_str()), &[]);
            }
            Seen::Answer(answer)
        }
        walk @ Seen::Walk(_) => walk,
    }
}
