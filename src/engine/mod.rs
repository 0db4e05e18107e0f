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
mod means;
mod options;
mod plain;
mod plan;
mod preflight;
mod recorded;
mod reduce;
mod regression;
mod rounds;
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
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

pub use doctor::{Probe, Sight, examine};
pub use options::{Options, Red};
pub use recorded::verify;
pub use regression::Regression;
pub use run::OnExchange;
pub use select::{Profile, Selection};
pub use shard::Shard;
pub use trouble::{Culprit, Trouble};

use crate::contract::Contract;
use crate::event::{Aborted, ContractStarted, Event};
use crate::finding::Finding;
use crate::study::Study;
use crate::target::Target;
use means::means;
use rounds::Run;
use run::Runner;

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
        remarks: contract.judged_in_part().into_iter().chain(options.remarks.iter().cloned()).collect(),
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
