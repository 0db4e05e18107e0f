//! The kill matrix: every check against every fault of the embedded server, and against every lawful form of it.
//!
//! Nobody has to believe a check: a fault that no check catches, and a lawful server that one accuses, are shown here, and
//! end with exit code 1.

mod matrix;
mod run;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

pub use matrix::{Matrix, Row};

use crate::contract::{Contract, ContractError};
use crate::mock;
use crate::study::Looks;
use run::{Task, run_until_met, unmade};

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
