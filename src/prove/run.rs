//! One run of the matrix: a server, spoiled or odd or neither, and what the checks say of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Kind, Row, THOROUGH_READS};
use crate::checks;
use crate::contract::Contract;
use crate::engine::{self, Options};
use crate::event::Aborted;
use crate::finding::{Finding, Level};
use crate::mock::{self, Fault, MockError, Variant};
use crate::study::Looks;
use crate::target::{Identity, Limits, Target};

/// One run to be made.
#[derive(Clone)]
pub(super) struct Task {
    pub(super) contract: Arc<Contract>,
    /// Shared by all runs of the contract; which of them this is.
    pub(super) looks: Arc<Looks>,
    pub(super) number: u32,
    pub(super) kind: Kind,
    pub(super) fault: Option<&'static Fault>,
    pub(super) variant: Option<&'static Variant>,
}

impl Task {
    pub(super) fn id(&self) -> &'static str {
        self.fault.map(|fault| fault.id).or(self.variant.map(|variant| variant.id)).unwrap_or("lawful")
    }
}

/// Runs of a fault that comes now and then, until one meets it.
const RUNS: u32 = 5;

/// A run; a fault that comes now and then gets further ones, with other seeds, when a run passes without meeting it.
pub(super) fn run_until_met(task: &Task, seed: u64) -> Result<Row, String> {
    let mut row = run(task, seed)?;
    let unmet = |row: &Row| !row.right || row.not_applicable.is_some();
    while unmet(&row) && row.runs < RUNS && task.fault.is_some_and(Fault::is_rare) {
        let runs = row.runs + 1;
        row = Row { runs, ..run(task, seed.wrapping_add(u64::from(runs)))? };
    }
    Ok(row)
}

fn run(task: &Task, seed: u64) -> Result<Row, String> {
    let started = Instant::now();
    let name = format!("{} with {}", task.contract.name, task.id());
    let options = mock::Options { fault: task.fault, variant: task.variant, ..mock::Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("{name}: {error}"))?;
    let guest = runtime
        .block_on(mock::Guest::start(&task.contract, &options))
        .map_err(|error: MockError| format!("{name}: {error}"))?;
    let (own, second) = Identity::pair(guest.access());
    // A page that hangs must not cost more than it has to.
    let limits = Limits { timeout: Duration::from_millis(1_500), max_body: 8 * 1024 * 1024, ..Limits::default() };
    let target = Target::new(&guest.base_url(), own, second, limits).map_err(|error| format!("{name}: {error}"))?;
    // What a single record shows to its readers alone is seen by reading them all.
    let thorough = task.fault.is_some_and(|fault| fault.thorough);
    let reads = if thorough { THOROUGH_READS } else { 0 };
    let settings = Options {
        seed,
        reads,
        probe_writes: true,
        // Which check speaks is asked for, not the smallest request that makes it.
        shrink: false,
        looks: Some(Arc::new(task.looks.for_run(task.number))),
        ..Options::default()
    };
    let checked = runtime.block_on(engine::check(Arc::clone(&task.contract), Arc::new(target), &settings, &mut |_| {}));
    let row = told(task, &checked, &|| guest.is_spoiled());
    Ok(Row { thorough, took: started.elapsed(), ..row })
}

/// The row of a run that could not be made.
pub(super) fn unmade(task: &Task, error: String) -> Row {
    Row {
        problem: Some(error),
        not_applicable: None,
        right: false,
        ..told(task, &engine::Checked::default(), &|| true)
    }
}

/// What the findings of a run say of its server; `spoiled` tells whether some answer was another one than the lawful
/// server's.
fn told(task: &Task, checked: &engine::Checked, spoiled: &dyn Fn() -> bool) -> Row {
    let mut checks: Vec<String> = Vec::new();
    for finding in checked.findings.iter().filter(|finding| finding.level == Level::Deny) {
        if !checks.contains(&finding.id) {
            checks.push(finding.id.clone());
        }
    }
    let mut noted: Vec<String> = Vec::new();
    for finding in checked.findings.iter().filter(|finding| finding.level != Level::Deny) {
        if !checks.contains(&finding.id) && !noted.contains(&finding.id) {
            noted.push(finding.id.clone());
        }
    }
    let silent = checks.is_empty() && checked.aborted.is_none();
    let not_applicable = task.fault.filter(|_| silent).and_then(|fault| idle(fault, spoiled(), checked.requests));
    let own = |id: &String| checks::CATALOGUE.iter().any(|check| check.id == *id && check.faults.contains(&task.id()));
    let problem = match &not_applicable {
        // What the contract does not promise in earnest is noted by the check whose fault it is, and that is right.
        None if task.kind == Kind::Fault && silent && noted.iter().any(own) => None,
        None => problem(task.kind, &checks, checked.aborted.as_ref(), &checked.findings),
        Some(_) => None,
    };
    let mut checks = checks.into_iter();
    Row {
        contract: task.contract.name.clone(),
        kind: task.kind,
        id: task.id().to_owned(),
        first: checks.next(),
        also: checks.collect(),
        noted,
        requests: checked.requests,
        runs: 1,
        thorough: false,
        right: problem.is_none(),
        problem,
        not_applicable,
        took: Duration::ZERO,
    }
}

/// Why a fault that nobody caught could not be: no answer differed from those of the lawful server, or so few requests
/// were sent that one that comes now and then is met hardly more often than a hiccup, which every check tolerates.
fn idle(fault: &Fault, spoiled: bool, requests: u64) -> Option<String> {
    const OFTEN_ENOUGH: u64 = 3 * 20;
    if !spoiled {
        return Some(format!("none of the {requests} answers shows it"));
    }
    (fault.is_rare() && requests < OFTEN_ENOUGH).then(|| format!("comes too seldom for a run of {requests} requests"))
}

fn problem(kind: Kind, checks: &[String], aborted: Option<&Aborted>, findings: &[Finding]) -> Option<String> {
    let stopped = aborted.map(|aborted| format!("no verdict: {}", aborted.message));
    match kind {
        Kind::Tolerated => None,
        Kind::Lawful | Kind::Variant => match findings.iter().find(|finding| finding.level == Level::Deny) {
            Some(finding) => Some(format!("accused by {}: {}", finding.id, finding.title)),
            None => stopped,
        },
        // A server that cannot be judged at all keeps the gate shut, which is right too.
        Kind::Fault => (checks.is_empty() && stopped.is_none()).then(|| "not caught".to_owned()),
    }
}
