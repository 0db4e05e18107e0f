//! From a contract and a target to a verdict: plan, send, judge, look again, shrink, tell.
//!
//! Checks are asked in rounds what they want to see; equal cases are sent once; everything is judged when it has been
//! seen; what is wrong is looked at again before it is reported, and reduced to the smallest case that still shows it.

mod causes;
mod confirm;
mod coverage;
mod cut;
mod doctor;
mod drift;
mod early;
mod errand;
mod judging;
mod plain;
mod plan;
mod preflight;
mod recorded;
mod reduce;
mod regression;
mod run;
mod select;
mod settings;
mod shard;
mod shrink;
mod tell;
mod trouble;
mod wait;
mod walk;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

pub use doctor::{Probe, Sight, examine};
pub use recorded::verify;
pub use regression::Regression;
pub use run::OnExchange;
pub use select::{Profile, Selection};
pub use shard::Shard;
pub use trouble::{Culprit, Trouble};

use crate::case::Case;
use crate::checks::Family;
use crate::contract::Contract;
use crate::event::{Aborted, ContractFinished, ContractStarted, Event, Obstacle, Outcome};
use crate::finding::{Finding, Level};
use crate::study::{Looks, Means, Probing, Seen, Study};
use crate::target::Target;
use errand::Errand;
use judging::Judging;
use run::Runner;

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
    /// Whether methods that nobody declared are tried on this machine even where they would change much: on a server that
    /// is there for nothing else.
    pub probe_writes: bool,
    /// Whether failing cases are reduced to smaller ones.
    pub shrink: bool,
    /// Requests that looking again and reducing may cost together: as many as were sent before, and some hundreds at
    /// least, but no more than this. It is asked before each repetition, so that the last one, which may walk a long list,
    /// can go beyond.
    pub repeat_budget: u64,
    /// Which findings end the run at once; `None`: none does.
    pub fail_fast: Option<Red>,
    /// How long to wait for a server that does not answer yet; zero: not at all.
    pub wait: Duration,
    /// What the report says of the run beside these options: which embedded server it is, say.
    pub about: BTreeMap<String, String>,
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
            probe_writes: false,
            shrink: true,
            repeat_budget: 400,
            fail_fast: None,
            wait: Duration::ZERO,
            about: BTreeMap::new(),
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
    let means = means(&contract, &target, options);
    emit(Event::ContractStarted(ContractStarted {
        contract: contract.name.clone(),
        title: format!("{} {}", contract.title, contract.version),
        document: contract.document.path().display().to_string(),
        hash: contract.hash(),
        target: target.base().to_owned(),
        operations: contract.operations.iter().map(|operation| operation.id.clone()).collect(),
        settings: settings::settings(&target, options, &means),
    }));
    let runner = Runner {
        contract: Arc::clone(&contract),
        target,
        on_exchange,
        max_records: options.max_records,
        reads: means.reads,
        seed: means.seed,
        looks: options.looks.clone().unwrap_or_default(),
        insists: AtomicBool::new(false),
    };
    let mut run = Run {
        study: Study::new(Arc::clone(&contract), means),
        runner,
        options,
        cost: BTreeMap::new(),
        remarks: contract.judged_in_part().into_iter().collect(),
        outcomes: BTreeMap::new(),
        checked: Checked::default(),
        doubted: HashSet::new(),
        cut_off: false,
        is_red: false,
        no_second: None,
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
        second_refused: None,
        tenant: tenant_in(&target.own),
        second_tenant: target.second.as_ref().and_then(tenant_in),
        params: target.own.params.clone(),
        known_ids: target.own.known_ids.clone(),
        second_known_ids: target.second.as_ref().map(|second| second.known_ids.clone()).unwrap_or_default(),
        probing: match (target.is_loopback(), options.probe_writes) {
            (true, true) => Probing::All,
            (true, false) => Probing::Careful,
            (false, _) => Probing::Safe,
        },
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
    cost: BTreeMap<Errand, u64>,
    remarks: Vec<String>,
    /// Verdicts by operation and outcome.
    outcomes: BTreeMap<String, BTreeMap<String, u64>>,
    checked: Checked,
    /// Fingerprints of faults that were looked at again before everything was seen.
    doubted: HashSet<String>,
    /// Whether something was planned that was not sent, because nothing more may be.
    cut_off: bool,
    /// Whether the run ended early at a finding, with `fail_fast`.
    is_red: bool,
    /// Why the second tenant was left out, if it was.
    no_second: Option<Aborted>,
}

impl Run<'_> {
    /// Counts what was sent since there were `before` requests.
    fn charge(&mut self, errand: Errand, before: u64) {
        *self.cost.entry(errand).or_default() += self.runner.target.requests() - before;
    }

    /// Counts everything that was sent so far: the run begins with a look at the set-up.
    fn charge_preflight(&mut self) {
        self.cost.insert(Errand::Preflight, self.runner.target.requests());
    }

    /// Asks the checks in rounds what they want to see, and sends it.
    async fn observe(&mut self) {
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
            // Family by family, so that the cost can be told; plan order within.
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
    }

    /// Judges everything, looks again at what is wrong, and tells.
    async fn judge(&mut self, emit: &mut (dyn FnMut(Event) + Send)) {
        let before = self.runner.target.requests();
        let mut judging = Judging::new(&self.runner, &self.study, self.options, self.cut());
        judging.everything().await;
        self.remarks.extend(judging.spared());
        let Judging { told, left_out, regressions, .. } = judging;
        self.checked.regressions.extend(regressions);
        if left_out > 0 {
            self.remarks.push(format!(
                "stopped at the first finding that turns the gate red (--fail-fast): {left_out} verdicts were left out"
            ));
        }
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

    fn finish(mut self, aborted: Option<Aborted>, started: Instant, emit: &mut (dyn FnMut(Event) + Send)) -> Checked {
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
        if aborted.is_none() && selection.is_whole() && selection.profile.runs(crate::checks::Family::Filters) {
            self.remarks.extend(coverage::untried(&self.study, &coverage));
        }
        if self.runner.target.names_another_host() {
            self.remarks.push(
                "addresses of next pages name another host, as behind a proxy: where they end in the path of their list, that \
                 was asked for on the base URL"
                    .to_owned(),
            );
        }
        if self.runner.target.lost_a_kept_connection() {
            self.remarks.push(
                "a connection that the target had kept was closed while a request was on its way, which RFC 9112, section \
                 9.3.1, bears: every request since came on a connection of its own"
                    .to_owned(),
            );
        }
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
