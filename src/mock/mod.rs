//! The embedded server: lawful, stateful, deterministic, built from any contract.
//!
//! ```text
//! contract ─▶ blueprint ─┐
//!         └─▶ population ┴▶ server ─▶ wire
//!                  fault, variant ┘
//! ```
//!
//! A server is a contract made ready ([`blueprint`](self)), records grown from seed and `x-mock` hints, and at most one
//! [`Fault`] or [`Variant`]. It knows no check, and nothing of any provider: all that is special stands in the document.

mod access;
mod ask;
mod blueprint;
mod exchange;
mod expand;
mod fault;
mod form;
mod gzip;
mod habits;
mod hint;
mod hook;
mod inputs;
mod page;
mod population;
mod random;
mod refusal;
mod select;
mod server;
mod targets;
mod token;
mod variant;
mod wire;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub use access::Access;
pub use exchange::{Answer, Incoming, Wire};
pub use fault::{Fault, faults};
pub(crate) use hint::HINT_FUNCTIONS;
pub use server::Server;
pub use variant::{Variant, variants};

use serde_json::Value;

use crate::contract::Contract;
use crate::finding::Place;
use blueprint::Blueprint;
use form::Optionals;
use hook::{Hook, Live, When};
use population::{Census, Population};
use targets::Targets;

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of the records; the same seed gives the same answers.
    pub seed: u64,
    /// Records of the first tenant; `None`: as the document's `x-mock` says.
    pub population: Option<usize>,
    /// The one spoiling.
    pub fault: Option<&'static Fault>,
    /// The lawful but odd form.
    pub variant: Option<&'static Variant>,
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            population: None,
            fault: None,
            variant: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }
    }
}

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MockError {
    /// A hint, a rule or a schema of the document cannot be used.
    #[error("{place}: {message}")]
    Document {
        /// Where it stands.
        place: Place,
        /// What is wrong with it.
        message: String,
    },
    /// The hints of the document lead to a record that the document forbids.
    #[error("record {record} of `{resource}` is not lawful: {reason}; mend its `x-mock` hints")]
    Unlawful {
        /// Name of the resource.
        resource: String,
        /// Index of the record.
        record: usize,
        /// The field that is at fault, where a single one is: a pointer into the record.
        pointer: Option<String>,
        /// What it breaks.
        reason: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen: {0}")]
    Listen(#[source] std::io::Error),
}

impl MockError {
    fn hint(contract: &Contract, pointer: &str, message: impl Into<String>) -> Self {
        Self::Document { place: contract.place(pointer), message: message.into() }
    }
}

/// A running server; it stops when this is dropped.
pub struct Running {
    server: Arc<Server>,
    thread: wire::Thread,
    base_url: String,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens, with the path prefix of the document's first server.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// What a client needs to be let in.
    #[must_use]
    pub fn access(&self) -> &Access {
        self.server.access()
    }

    /// Requests answered so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.server.requests()
    }

    /// Stops it; returns when its thread has ended.
    pub fn stop(mut self) {
        self.thread.stop();
    }

    /// Waits until it ends by itself, that is, for ever.
    pub fn wait(mut self) {
        self.thread.wait();
    }
}

/// Makes a server without sockets, to be asked in process.
///
/// # Errors
/// When a hint, rule or schema of the document cannot be used, or the hints lead to a record that is not lawful.
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use contract_gate::contract::Contract;
/// use contract_gate::mock::{Incoming, Options, server};
/// let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
/// let server = server(&contract, &Options::default()).expect("starts");
/// let request = Incoming { method: "GET".to_owned(), path: "/v1/customers".to_owned(), ..Incoming::default() };
/// assert_eq!(server.answer(&request).status, 401);
/// ```
pub fn server(contract: &Arc<Contract>, options: &Options) -> Result<Server, MockError> {
    let blueprint = Blueprint::of(contract)?;
    let mut habits = habits::Habits::default();
    let mut census = Census { seed: options.seed, size: options.population, optionals: Optionals::default(), style: 0 };
    let mut live: Vec<Live> = Vec::new();
    let mut meddling = None;
    if let Some(variant) = options.variant {
        (variant.tune)(&mut habits, &mut census);
        live.extend_from_slice(variant.live);
        meddling = variant.meddling;
    }
    let mut population = blueprint.population(&census)?;
    let mut targets = Targets::of(contract);
    if let Some(fault) = options.fault {
        live.extend_from_slice(fault.live);
    }
    targets.deep = deep_key(&blueprint, &targets, &population, &live);
    for one in &live {
        if let Hook::Population(change) = one.hook {
            let mut changed = Population::clone(&population);
            change(&targets, &mut changed);
            population = Arc::new(changed);
        }
    }
    Ok(Server {
        access: Access::new(contract, &population, options.seed),
        blueprint,
        habits,
        targets,
        live,
        records: std::sync::Mutex::new(population),
        meddling,
        clerk: refusal::Clerk::default(),
        requests: AtomicU64::new(0),
        served: AtomicU64::new(0),
        successes: AtomicU64::new(0),
        kept: std::sync::Mutex::default(),
        cache: server::Cache::default(),
        turns: std::sync::Mutex::default(),
        twin: None,
    })
}

/// Made-up records of every resource that satisfy schema and rules, for whoever wants to try something on them.
///
/// # Errors
/// As [`server()`].
pub(crate) fn specimens(contract: &Contract, count: usize) -> Result<BTreeMap<String, Vec<Value>>, MockError> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for optionals in [Optionals::Mixed, Optionals::All] {
        let grown = Population::grow(contract, &Census { seed: 1, size: Some(count), optionals, style: 0 })?;
        for (name, stock) in grown.stocks {
            let rows = stock.tables.iter().flatten().map(|row| row.value.clone());
            found.entry(name).or_default().extend(rows);
        }
    }
    Ok(found)
}

/// Starts a server on its own thread.
///
/// # Errors
/// As [`server()`], and when the address cannot be listened on.
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use contract_gate::contract::Contract;
/// use contract_gate::mock::{Options, start};
/// let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
/// let running = start(contract, Options::default()).expect("starts");
/// assert!(running.base_url().starts_with("http://127.0.0.1:"));
/// running.stop();
/// ```
pub fn start(contract: Arc<Contract>, options: Options) -> Result<Running, MockError> {
    let server = Arc::new(server(&contract, &options)?);
    let thread = wire::Thread::start(Arc::clone(&server), options.listen)?;
    let base_url = format!("http://{}{}", thread.address, server.prefix());
    Ok(Running { server, thread, base_url })
}

/// A server on the runtime of whoever asks it: nobody waits for another thread to wake up. It stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Guest {
    server: Arc<Server>,
    task: wire::Task,
}

impl Guest {
    /// Starts a server as a task of the current runtime; one with a fault is compared with itself without.
    pub(crate) async fn start(contract: &Arc<Contract>, options: &Options) -> Result<Self, MockError> {
        let mut started = server(contract, options)?;
        if options.fault.is_some() {
            started.twin = Some(server::Twin::new(server(contract, &Options { fault: None, ..options.clone() })?));
        }
        let server = Arc::new(started);
        let task = wire::Task::start(Arc::clone(&server), options.listen).await?;
        Ok(Self { server, task })
    }

    /// Where it listens, with the path prefix of the document's first server.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}{}", self.task.address, self.server.prefix())
    }

    /// What a client needs to be let in.
    pub(crate) fn access(&self) -> &Access {
        self.server.access()
    }

    /// Whether its fault changed an answer; to be asked once, at the end.
    pub(crate) fn is_spoiled(&self) -> bool {
        self.server.twin.as_ref().is_some_and(server::Twin::differs)
    }
}

/// Key of the record that a deep spoiling aims at: late in the default order, and one that the spoiling changes.
fn deep_key(blueprint: &Blueprint, targets: &Targets, population: &Population, live: &[Live]) -> Option<String> {
    let contract: &Contract = &blueprint.contract;
    let deep = live.iter().find(|one| one.when == When::Deep);
    let (index, operation, lists) = targets::first_list(contract)?;
    let default_order = lists.sort.as_ref().and_then(|sort| sort.default.as_ref());
    let order = ask::Ordering {
        field: default_order.map(|field| (field.field.clone(), field.order)),
        descending: default_order
            .is_some_and(|field| field.direction == Some(crate::contract::semantics::Direction::Descending)),
        asked: false,
    };
    let mut rows = select::sorted(population.table(&lists.resource, 0), &order);
    // Records that the list hides unless asked would be reached by nobody.
    for filter in lists.filters.values() {
        use crate::contract::semantics::Absent;
        let (Some(Absent::Only(value) | Absent::Either { either: value }), Some(field)) =
            (&filter.absent, &filter.field)
        else {
            continue;
        };
        match &filter.absent {
            Some(Absent::Only(_)) => rows.retain(|(_, row)| select::is_listed(filter, &row.value)),
            _ => rows.retain(|(_, row)| row.value.pointer(field) == Some(value)),
        }
    }
    let late = rows.len() * 4 / 5;
    let changes = |row: &population::Row| match deep.map(|one| one.hook) {
        Some(Hook::Record(spoil)) => {
            let mut record = row.value.clone();
            let scene = hook::Scene {
                contract,
                operation,
                targets,
                population,
                route: &blueprint.routes[index],
                ask: None,
                expands: &[],
                by: "",
                tenant: 0,
                nth: 1,
                again: false,
                key: &row.key,
                at: (0, 0),
            };
            spoil(&scene, &mut record);
            record != row.value
        }
        _ => true,
    };
    let (before, after) = rows.split_at(late);
    after.iter().chain(before.iter().rev()).find(|(_, row)| changes(row)).map(|(_, row)| row.key.clone())
}
