//! The kill matrix: every check against every fault of the embedded server, and against every lawful form of it.
//!
//! Nobody has to believe a check: a fault that no check catches, and a lawful server that one accuses, are shown here, and
//! end with exit code 1.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::checks;
use crate::contract::{Contract, ContractError};
use crate::engine::{self, Options};
use crate::finding::{Finding, Level};
use crate::mock::{self, Fault, MockError, Variant};
use crate::study::Looks;
use crate::target::{Identity, Limits, Target};

/// What a server was made to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Lawful, as the document says.
    Lawful,
    /// Lawful but odd.
    Variant,
    /// Spoiled by one fault.
    Fault,
    /// Spoiled in a way that the contract tolerates: a finding is welcome, silence passes.
    Tolerated,
}

/// One run of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Name of the contract.
    pub contract: String,
    /// What the server was.
    pub kind: Kind,
    /// Id of the fault or variant; `lawful` without.
    pub id: String,
    /// The check whose deny-level finding is listed first.
    pub first: Option<String>,
    /// Other checks with deny-level findings, in the order listed.
    pub also: Vec<String>,
    /// Checks that only warned or noted.
    pub noted: Vec<String>,
    /// Requests sent.
    pub requests: u64,
    /// Runs that it took: more than one only for a fault that comes now and then.
    pub runs: u32,
    /// Whether every record was read one by one, as `--reads` does.
    pub thorough: bool,
    /// Whether it came out as it must.
    pub right: bool,
    /// What went wrong, if something did.
    pub problem: Option<String>,
    /// Why the fault could not show on this contract; `None` where it did, or a check spoke.
    pub not_applicable: Option<String>,
    /// Wall time; left out of snapshots.
    #[serde(skip)]
    pub took: Duration,
}

/// The matrix.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Matrix {
    /// One row per contract and server.
    pub rows: Vec<Row>,
}

/// What goes into the matrix.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Names of shipped contracts, or paths; empty: all shipped ones.
    pub contracts: Vec<String>,
    /// An OpenAPI Overlay that is laid over each of them.
    pub overlay: Option<PathBuf>,
    /// Only faults and variants with these ids; empty: all, and the lawful server.
    pub only: Vec<String>,
    /// Seed of the checks.
    pub seed: u64,
    /// Runs at once; 0: four more than there are cores.
    pub jobs: usize,
}

/// One run to be made.
#[derive(Clone)]
struct Task {
    contract: Arc<Contract>,
    /// Shared by all runs of the contract; which of them this is.
    looks: Arc<Looks>,
    number: u32,
    kind: Kind,
    fault: Option<&'static Fault>,
    variant: Option<&'static Variant>,
}

impl Task {
    fn id(&self) -> &'static str {
        self.fault.map(|fault| fault.id).or(self.variant.map(|variant| variant.id)).unwrap_or("lawful")
    }
}

/// Runs the matrix; `progress` is called after each run with the row and how many are left.
///
/// # Errors
/// When a contract cannot be loaded. A run that cannot be made is a row with that problem.
pub fn prove(scope: &Scope, progress: &(dyn Fn(&Row, usize) + Sync)) -> Result<Matrix, ContractError> {
    let tasks = tasks(scope)?;
    let all = tasks.len();
    // A run that is over lets go of what the runs of its contract share, which is much.
    let queue = Mutex::new(tasks.into_iter().enumerate());
    let rows: Mutex<BTreeMap<usize, Row>> = Mutex::new(BTreeMap::new());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    // Some servers are slow on purpose: while one is waited for, another can be judged.
    let jobs = if scope.jobs == 0 { cores + 4 } else { scope.jobs };
    std::thread::scope(|threads| {
        for _ in 0..jobs.max(1) {
            threads.spawn(|| {
                let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                while let Some((index, task)) = next() {
                    // One run that cannot be made says nothing of the others.
                    let row = run_until_met(&task, scope.seed).unwrap_or_else(|error| unmade(&task, error));
                    progress(&row, all.saturating_sub(index + 1));
                    rows.lock().unwrap_or_else(PoisonError::into_inner).insert(index, row);
                }
            });
        }
    });
    let rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Matrix { rows: rows.into_values().collect() })
}

fn tasks(scope: &Scope) -> Result<Vec<Task>, ContractError> {
    let names: Vec<String> = if scope.contracts.is_empty() {
        Contract::SHIPPED.iter().map(|name| (*name).to_owned()).collect()
    } else {
        scope.contracts.clone()
    };
    let wanted = |id: &str| scope.only.is_empty() || scope.only.iter().any(|only| only == id);
    let mut tasks = Vec::new();
    for name in names {
        let contract = Arc::new(Contract::open_with(&name, scope.overlay.as_deref())?);
        let looks = Arc::new(Looks::default().for_run(0));
        let task = |kind, fault, variant| Task {
            contract: Arc::clone(&contract),
            looks: Arc::clone(&looks),
            number: 0,
            kind,
            fault,
            variant,
        };
        if wanted("lawful") {
            tasks.push(task(Kind::Lawful, None, None));
        }
        let variants = mock::variants().iter().filter(|variant| wanted(variant.id) && (variant.contracts)(&contract));
        tasks.extend(variants.map(|variant| task(Kind::Variant, None, Some(*variant))));
        let faults = mock::faults().iter().filter(|fault| wanted(fault.id) && (fault.contracts)(&contract));
        tasks.extend(faults.map(|fault| {
            let kind = if fault.tolerated { Kind::Tolerated } else { Kind::Fault };
            task(kind, Some(*fault), None)
        }));
    }
    for (number, task) in (0..).zip(&mut tasks) {
        task.number = number;
    }
    Ok(tasks)
}

/// Records read one by one for a fault that a single record shows to its readers alone; what `check` takes by `--reads`.
pub const THOROUGH_READS: usize = 500;

/// Runs of a fault that comes now and then, until one meets it.
const RUNS: u32 = 5;

/// A run; a fault that comes now and then gets further ones, with other seeds, when a run passes without meeting it.
fn run_until_met(task: &Task, seed: u64) -> Result<Row, String> {
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
    let (own, second) = entering(guest.access());
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
fn unmade(task: &Task, error: String) -> Row {
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
/// were sent that one that comes now and then is met hardly more often than a hiccup, which every check bears.
fn idle(fault: &Fault, spoiled: bool, requests: u64) -> Option<String> {
    const OFTEN_ENOUGH: u64 = 3 * 20;
    if !spoiled {
        return Some(format!("none of the {requests} answers shows it"));
    }
    (fault.is_rare() && requests < OFTEN_ENOUGH).then(|| format!("comes too seldom for a run of {requests} requests"))
}

fn problem(
    kind: Kind,
    checks: &[String],
    aborted: Option<&crate::event::Aborted>,
    findings: &[Finding],
) -> Option<String> {
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

/// The access that an embedded server gives, as identities.
#[must_use]
pub fn identities(running: &mock::Running) -> (Identity, Option<Identity>) {
    entering(running.access())
}

fn entering(access: &mock::Access) -> (Identity, Option<Identity>) {
    let identity = |token: &str, params: &[(crate::contract::semantics::Slot, String)], name: &str| Identity {
        token: Some(token.to_owned().into()),
        token_name: name.to_owned(),
        params: params.iter().map(|(slot, value)| (slot.name().to_owned(), value.clone())).collect(),
        ..Identity::default()
    };
    let second =
        (access.tenants.len() > 1).then(|| identity(&access.second_token, &access.second_params, "SECOND_TOKEN"));
    (identity(&access.token, &access.params, "TOKEN"), second)
}

impl Row {
    /// Whether checks noted it, and none failed it.
    #[must_use]
    pub fn is_only_noted(&self) -> bool {
        self.first.is_none() && self.problem.is_none() && self.not_applicable.is_none() && !self.noted.is_empty()
    }

    /// What came of it, in words.
    fn verdict(&self) -> String {
        match (&self.first, &self.problem, &self.not_applicable) {
            (_, Some(problem), _) => problem.clone(),
            (.., Some(why)) => format!("not applicable: {why}"),
            (Some(first), ..) if self.also.is_empty() => first.clone(),
            (Some(first), ..) => format!("{first} (also {})", self.also.join(", ")),
            (None, ..) if matches!(self.kind, Kind::Fault | Kind::Tolerated) && !self.noted.is_empty() => {
                format!("noted by {}", self.noted.join(", "))
            }
            (None, ..) => "silent".to_owned(),
        }
    }
}

impl Matrix {
    /// Rows that did not come out as they must.
    pub fn wrong(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.right)
    }

    /// The median of requests per verdict on the lawful and odd servers, by contract.
    #[must_use]
    pub fn median_requests(&self) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| matches!(row.kind, Kind::Lawful | Kind::Variant)) {
            counts.entry(row.contract.clone()).or_default().push(row.requests);
        }
        counts
            .into_iter()
            .map(|(name, mut requests)| {
                requests.sort_unstable();
                let middle = requests.get(requests.len() / 2).copied().unwrap_or(0);
                (name, middle)
            })
            .collect()
    }

    /// The matrix as a table; with `requests`, their number too.
    #[must_use]
    pub fn table(&self, requests: bool) -> String {
        let mut text = String::new();
        let wide = self.rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
        let mut contract = "";
        for row in &self.rows {
            if row.contract != contract {
                contract = &row.contract;
                let _ = writeln!(text, "{}{contract}", if text.is_empty() { "" } else { "\n" });
            }
            let mark = if row.right { ' ' } else { '!' };
            let verdict = row.verdict();
            let verdict = match (row.runs, row.thorough) {
                _ if row.not_applicable.is_some() => verdict,
                (2.., _) => format!("{verdict} [in run {}]", row.runs),
                (_, true) => format!("{verdict} [with --reads {THOROUGH_READS}]"),
                _ => verdict,
            };
            let kind = match row.kind {
                Kind::Lawful => "lawful",
                Kind::Variant => "odd",
                Kind::Fault => "fault",
                Kind::Tolerated => "either",
            };
            let cost = if requests { format!("{:>5} ", row.requests) } else { String::new() };
            let _ = writeln!(text, "{mark} {kind:<6} {:<wide$} {cost} {verdict}", row.id);
        }
        text
    }

    /// The matrix as a Markdown table.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text =
            String::from("| contract | server | caught first by | also | requests |\n|---|---|---|---|---|\n");
        for row in &self.rows {
            let told = row.not_applicable.as_ref().map(|why| format!("not applicable: {why}"));
            let first = row.problem.clone().or(told).or_else(|| row.first.clone());
            let first = first.unwrap_or_else(|| "silent".to_owned());
            let _ = writeln!(
                text,
                "| {} | {} | {first} | {} | {} |",
                row.contract,
                row.id,
                row.also.join(", "),
                row.requests
            );
        }
        text
    }
}
