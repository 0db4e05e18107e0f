//! From a contract and a target to a verdict: plan, send, judge, look again, shrink, tell.
//!
//! Checks are asked in rounds what they want to see; equal cases are sent once; everything is judged when it has been
//! seen; what is wrong is looked at again before it is reported, and reduced to the smallest case that still shows it.

mod confirm;
mod coverage;
mod doctor;
mod early;
mod preflight;
mod regression;
mod run;
mod select;
mod shard;
mod shrink;
mod tell;
mod walk;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use proptest::strategy::ValueTree as _;

pub use doctor::{Probe, Sight, examine};
pub use preflight::{Culprit, Trouble};
pub use regression::Regression;
pub use run::OnExchange;
pub use select::{Profile, Selection};
pub use shard::Shard;

use crate::case::Case;
use crate::checks::{Blame, CATALOGUE, Check, Verdict};
use crate::contract::{Contract, Operation};
use crate::event::{Aborted, ContractFinished, ContractStarted, Event, Outcome};
use crate::exchange::Stop;
use crate::finding::{Exhibit, Finding, Level, Stability};
use crate::study::{Looks, Means, Seen, Study};
use crate::target::Target;
use confirm::{Again, Confirmer};
use regression::regression;
use run::Runner;
use shrink::CaseTree;

/// How a run goes about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Which checks run, and at which level.
    pub selection: Selection,
    /// Most records walked of one list; 0: no bound.
    pub max_records: usize,
    /// Records read one by one per key; 0: about twenty, chosen to differ, or up to 500 under `strict`.
    pub reads: usize,
    /// Whether failing cases are reduced to smaller ones.
    pub shrink: bool,
    /// Requests that looking again and shrinking may cost.
    pub repeat_budget: u64,
    /// Which findings end the run at once; `None`: none does.
    pub fail_fast: Option<Red>,
    /// Cases to send first: regressions of earlier runs.
    pub first: Vec<Case>,
    /// What other runs of the same contract have learnt of its records; never shared between contracts.
    pub looks: Option<Arc<Looks>>,
}

/// Tells which findings turn a run red.
#[derive(Clone)]
pub struct Red(pub Arc<dyn Fn(&Finding) -> bool + Send + Sync>);

impl Default for Red {
    /// Those at level deny.
    fn default() -> Self {
        Self(Arc::new(|finding| finding.level == Level::Deny))
    }
}

impl fmt::Debug for Red {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Red")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            selection: Selection::default(),
            max_records: 10_000,
            reads: 0,
            shrink: true,
            repeat_budget: 400,
            fail_fast: None,
            first: Vec::new(),
            looks: None,
        }
    }
}

/// What a run of one contract came to.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Everything found, in the order told.
    pub findings: Vec<Finding>,
    /// Verdicts by outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// Requests sent.
    pub requests: u64,
    /// Why there is no verdict, if there is none.
    pub aborted: Option<Aborted>,
    /// The smallest cases that show the deny-level faults: to be sent first in later runs.
    pub regressions: Vec<Regression>,
}

/// Most rounds of planning: what a check wants may depend on what it saw, but not for ever.
const ROUNDS: usize = 6;
/// Most records read one by one per key under `strict`.
const STRICT_READS: usize = 500;
/// Most faults looked at again in one run; the rest is reported as seen.
const MOST_CONFIRMED: usize = 60;
/// Most faults shrunk in one run.
const MOST_SHRUNK: usize = 12;
/// Most requests spent on shrinking one fault.
const SHRINK_REQUESTS: u64 = 30;

/// Faults of one check on one operation that are one thing.
struct Group {
    blame: Blame,
    occurrences: u32,
}

/// Checks one contract against one target and tells what happens.
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use contract_gate::contract::Contract;
/// use contract_gate::engine::{Options, check};
/// use contract_gate::target::{Identity, Limits, Target};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
/// let limits = Limits { timeout: std::time::Duration::from_millis(200), ..Limits::default() };
/// // Nothing listens on port 1: no verdict, and a reason.
/// let target = Target::new("http://127.0.0.1:1", Identity::default(), None, limits).expect("a base URL");
/// let checked = check(contract, Arc::new(target), &Options::default(), &mut |_event| {}).await;
/// assert!(checked.aborted.is_some());
/// # });
/// ```
pub async fn check(
    contract: Arc<Contract>,
    target: Arc<Target>,
    options: &Options,
    emit: &mut (dyn FnMut(Event) + Send),
) -> Checked {
    check_with(contract, target, options, emit, Arc::new(|_| {})).await
}

/// Like [`check`], with a listener for each exchange.
pub async fn check_with(
    contract: Arc<Contract>,
    target: Arc<Target>,
    options: &Options,
    emit: &mut (dyn FnMut(Event) + Send),
    on_exchange: OnExchange,
) -> Checked {
    let started = Instant::now();
    emit(Event::ContractStarted(ContractStarted {
        contract: contract.name.clone(),
        title: format!("{} {}", contract.title, contract.version),
        document: contract.document.path().display().to_string(),
        hash: contract.hash(),
        target: target.base().to_owned(),
        operations: contract.operations.iter().map(|operation| operation.id.clone()).collect(),
    }));
    let means = means(&contract, &target, options);
    let runner = Runner {
        contract: Arc::clone(&contract),
        target,
        on_exchange,
        max_records: options.max_records,
        reads: means.reads,
        looks: options.looks.clone().unwrap_or_default(),
    };
    let mut run = Run {
        study: Study::new(Arc::clone(&contract), means),
        runner,
        options,
        cost: BTreeMap::new(),
        remarks: Vec::new(),
        outcomes: BTreeMap::new(),
        checked: Checked::default(),
        doubted: HashSet::new(),
    };
    let aborted = run.preflight().await;
    if aborted.is_none() {
        run.observe().await;
        run.judge(emit).await;
    }
    run.finish(aborted, started, emit)
}

fn means(contract: &Contract, target: &Target, options: &Options) -> Means {
    let slot = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    let tenant_in =
        |identity: &crate::target::Identity| slot.and_then(|slot| identity.params.get(slot.name()).cloned());
    Means {
        seed: options.seed,
        strict: options.selection.profile == Profile::Strict,
        has_token: target.own.token.is_some() || !target.own.headers.is_empty(),
        has_second: target.second.is_some(),
        tenant: tenant_in(&target.own),
        second_tenant: target.second.as_ref().and_then(tenant_in),
        params: target.own.params.clone(),
        known_ids: target.own.known_ids.clone(),
        second_known_ids: target.second.as_ref().map(|second| second.known_ids.clone()).unwrap_or_default(),
        probe_methods: target.is_loopback(),
        one_credential: target.second.as_ref().is_some_and(|second| second.is_same_credential(&target.own)),
        reads: match (options.reads, options.selection.profile) {
            (0, Profile::Strict) => STRICT_READS,
            (reads, _) => reads,
        },
        max_records: options.max_records,
    }
}

/// A run of one contract.
struct Run<'a> {
    runner: Runner,
    study: Study,
    options: &'a Options,
    cost: BTreeMap<String, u64>,
    remarks: Vec<String>,
    /// Verdicts by operation and outcome.
    outcomes: BTreeMap<String, BTreeMap<String, u64>>,
    checked: Checked,
    /// Fingerprints of faults that were looked at again before everything was seen.
    doubted: HashSet<String>,
}

impl Run<'_> {
    fn charge(&mut self, what: &str, before: u64) {
        let spent = self.runner.target.requests() - before;
        let cost = self.cost.entry(what.to_owned()).or_default();
        *cost = if what == "preflight" { spent } else { *cost + spent };
    }

    /// Asks the checks in rounds what they want to see, and sends it.
    async fn observe(&mut self) {
        self.replay().await;
        for _ in 0..ROUNDS {
            let mut planned = self.plan();
            planned.sort_by_key(|(family, _)| *family != "paging");
            if planned.is_empty() || self.runner.target.stop().is_some() {
                break;
            }
            // Family by family, so that the cost can be told; plan order within.
            let mut families: Vec<&'static str> = planned.iter().map(|(family, _)| *family).collect();
            families.dedup();
            for family in families {
                let cases: Vec<Case> =
                    planned.iter().filter(|(of, _)| *of == family).map(|(_, case)| case.clone()).collect();
                let before = self.runner.target.requests();
                let seen = self.runner.perform_all(&cases, &self.study).await;
                self.charge(family, before);
                for (case, seen) in cases.into_iter().zip(seen) {
                    let seen = lighten(&self.study.contract, seen);
                    self.study.add(case, seen);
                }
                if self.is_red_already().await {
                    return;
                }
            }
        }
    }

    fn plan(&self) -> Vec<(&'static str, Case)> {
        let mut keys = std::collections::HashSet::new();
        let mut planned: Vec<(&'static str, Case)> = Vec::new();
        // Everything starts from the walks over whole lists, whatever was selected.
        for (operation, lists) in self.study.lists() {
            let walks = [self.study.reference_walk(operation, lists), self.study.default_walk(operation)];
            for case in walks.into_iter().map(Case::Walk) {
                let wanted = self.options.selection.looks_at(&operation.id);
                if wanted && !self.study.has(&case) && keys.insert(case.key()) {
                    planned.push(("paging", case));
                }
            }
        }
        let mut by_family: Vec<&Check> = CATALOGUE.iter().collect();
        by_family.sort_by_key(|check| check.family);
        let contract = &self.study.contract.name;
        let own = |check: &&Check| self.options.selection.shard.is_none_or(|shard| shard.holds(contract, check.id));
        // Checks that look at the same traffic share one plan.
        let mut plans: Vec<(fn(&Study) -> Vec<Case>, Vec<Case>)> = Vec::new();
        for check in by_family.into_iter().filter(own) {
            let known = plans.iter().position(|(plan, _)| std::ptr::fn_addr_eq(*plan, check.plan));
            let index = known.unwrap_or_else(|| {
                plans.push((check.plan, (check.plan)(&self.study)));
                plans.len() - 1
            });
            for case in plans[index].1.clone() {
                let on = self.options.selection.plans(check, case.operation());
                if on && !self.study.has(&case) && keys.insert(case.key()) {
                    planned.push((check.family.name(), case));
                }
            }
        }
        planned
    }

    /// Judges everything, looks again at what is wrong, and tells.
    async fn judge(&mut self, emit: &mut (dyn FnMut(Event) + Send)) {
        let contract = Arc::clone(&self.study.contract);
        let (mut confirmed, mut shrunk) = (0, 0);
        let before = self.runner.target.requests();
        let mut confirmer = Confirmer::new(&self.runner, &self.study, self.options.repeat_budget);
        let mut told: Vec<(Event, Vec<Finding>)> = Vec::new();
        let mut left_out = 0;
        for check in CATALOGUE {
            for operation in &contract.operations {
                if self.options.fail_fast.as_ref().is_some_and(|red| is_red(&told, red)) {
                    left_out += 1;
                    let by = "--fail-fast, after the first finding".to_owned();
                    told.push((tell::judged(&contract, check, operation, Outcome::Disabled { by }, None), Vec::new()));
                    continue;
                }
                if let Some(by) = self.options.selection.disabled(check, &operation.id) {
                    told.push((tell::judged(&contract, check, operation, Outcome::Disabled { by }, None), Vec::new()));
                    continue;
                }
                let verdict = (check.judge)(&self.study, operation);
                let Verdict::Judged { evidence, blames } = verdict else {
                    told.push((tell::verdict(&contract, check, operation, &verdict), Vec::new()));
                    continue;
                };
                let mut findings = Vec::new();
                let mut moved = false;
                for mut group in group(blames, evidence.answers) {
                    let level = self.options.selection.level(check, &operation.id, group.blame.level);
                    let mut stability = Stability::Reproduced;
                    if level > Level::Note && confirmed < MOST_CONFIRMED {
                        confirmed += 1;
                        match confirmer.look(check, operation, &group.blame, group.occurrences).await {
                            Again::Seen(seen) | Again::NotSeen(seen) => stability = seen,
                            Again::Moved => {
                                moved = true;
                                continue;
                            }
                        }
                    }
                    let mut exchanges = tell::exchanges(&self.study, &group.blame);
                    let small = self.options.shrink && level == Level::Deny && stability == Stability::Reproduced;
                    if small && shrunk < MOST_SHRUNK && confirmer.budget > 0 {
                        shrunk += 1;
                        if let Some(smaller) = reduce(&self.runner, &self.study, check, operation, &group.blame).await {
                            (group.blame, exchanges) = smaller;
                        }
                    }
                    let level =
                        if matches!(stability, Stability::Flaky { .. }) { level.min(Level::Warn) } else { level };
                    let occurrences = group.occurrences;
                    let shown = (&group.blame, exchanges);
                    let finding = tell::finding(&contract, check, operation, shown, level, stability, occurrences);
                    if level == Level::Deny {
                        self.checked.regressions.extend(regression(&contract, &finding, group.blame.cases));
                    }
                    findings.push(finding);
                }
                let outcome = if !findings.is_empty() {
                    Outcome::of(&findings)
                } else if moved {
                    Outcome::Inconclusive {
                        reason: "the data moved each time it was looked at".to_owned(),
                        remedy: "run against data that stands still, or at a quieter time".to_owned(),
                    }
                } else {
                    Outcome::Passed
                };
                told.push((tell::judged(&contract, check, operation, outcome, Some(evidence)), findings));
            }
        }
        if left_out > 0 {
            self.remarks.push(format!(
                "stopped at the first finding that turns the gate red (--fail-fast): {left_out} verdicts were left out"
            ));
        }
        self.charge("confirm and shrink", before);
        for (event, findings) in told {
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
    }

    fn finish(mut self, aborted: Option<Aborted>, started: Instant, emit: &mut (dyn FnMut(Event) + Send)) -> Checked {
        let aborted = aborted.or_else(|| self.runner.target.stop().map(stopped));
        let judged: u64 =
            ["passed", "failed", "warned", "noted"].iter().filter_map(|name| self.checked.outcomes.get(*name)).sum();
        let nothing = judged == 0 && aborted.is_none();
        let aborted = aborted.or_else(|| {
            nothing.then(|| Aborted {
                kind: "nothing-ran".to_owned(),
                message: "no check had anything to judge".to_owned(),
                remedy: "check the selection, and that the document has operations with x-contract clauses".to_owned(),
            })
        });
        self.checked.requests = self.runner.target.requests();
        self.checked.aborted.clone_from(&aborted);
        emit(Event::ContractFinished(Box::new(ContractFinished {
            contract: self.study.contract.name.clone(),
            requests: self.runner.target.requests(),
            waited: self.runner.target.waits(),
            cost: self.cost.clone(),
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            operations: coverage::totals(&self.study, &mut self.outcomes),
            coverage: coverage::coverage(&self.study),
            remarks: self.remarks.clone(),
            aborted,
        })));
        self.checked
    }
}

/// Whether the last verdict came with a finding that ends the run, or one before it did.
fn is_red(told: &[(Event, Vec<Finding>)], red: &Red) -> bool {
    told.iter().flat_map(|(_, findings)| findings).any(|finding| (red.0)(finding))
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

fn stopped(stop: Stop) -> Aborted {
    let (kind, message, remedy) = match stop {
        Stop::Breaker => ("breaker", "the target stopped answering", "look at its log, then run again"),
        Stop::Requests => ("budget", "the request budget is spent", "raise --max-requests, or select fewer checks"),
        Stop::Time => ("budget", "the time budget is spent", "raise --time-budget, or select fewer checks"),
        Stop::Interrupted => ("interrupted", "the run was interrupted", "run again for a whole verdict"),
    };
    Aborted { kind: kind.to_owned(), message: message.to_owned(), remedy: remedy.to_owned() }
}

/// Faults with one mark are one thing; the first of the gravest stands for all.
fn group(blames: Vec<Blame>, answers: u64) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for blame in blames {
        match groups.iter_mut().find(|group| group.blame.mark == blame.mark) {
            Some(group) => {
                group.occurrences += 1;
                if blame.is_graver_than(&group.blame) {
                    group.blame = blame;
                }
            }
            None => groups.push(Group { blame, occurrences: 1 }),
        }
    }
    for group in &mut groups {
        group.blame.exposed = group.blame.exposed.max(u32::try_from(answers).unwrap_or(u32::MAX));
    }
    groups
}

/// Reduces the last case of a fault; `None` when nothing simpler shows it.
async fn reduce(
    runner: &Runner,
    study: &Study,
    check: &Check,
    operation: &Operation,
    blame: &Blame,
) -> Option<(Blame, Vec<Exhibit>)> {
    let last = blame.cases.last()?;
    let contract = Arc::clone(&study.contract);
    let mut tree = CaseTree::new(&contract, operation, last.clone());
    let limit = runner.target.requests() + SHRINK_REQUESTS;
    let mut best = None;
    let mut base = study.fresh();
    for case in &blame.cases[..blame.cases.len() - 1] {
        base.share(case, study);
    }
    for (case, _) in study.iter() {
        if matches!(case, Case::Walk(walk) if walk.query.is_plain()) && !base.has(case) && case != last {
            base.share(case, study);
        }
    }
    let mut more = tree.simplify();
    while more && runner.target.requests() < limit && runner.target.stop().is_none() {
        let case = tree.current();
        let mut attempt = base.clone();
        let seen = runner.perform(&case, &attempt).await;
        attempt.add(case.clone(), seen);
        let found = confirm::rejudge(check, operation, &attempt, &blame.mark);
        let found = found.filter(|found| found.cases.iter().any(|of| of.key() == case.key() || same_call(of, &case)));
        more = match found {
            Some(found) => {
                let exchanges = tell::exchanges(&attempt, &found);
                best = Some((found, exchanges));
                tree.accept(&contract, operation);
                tree.simplify()
            }
            None => tree.complicate(),
        };
    }
    best
}

/// Whether two calls differ in nothing but their repetition mark.
fn same_call(one: &Case, two: &Case) -> bool {
    match (one, two) {
        (Case::Call(one), Case::Call(two)) => {
            let mut one = one.clone();
            one.repeat = two.repeat;
            one.key() == two.key()
        }
        _ => false,
    }
}
