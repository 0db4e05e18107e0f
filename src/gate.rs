//! The whole gate in a few calls, for tests of your own: a contract, a server, a verdict.
//!
//! [`Gate`] puts together what the binary puts together from flags and files: target, access, limits, selection,
//! waivers, reports. Everything that is told passes the masker first, so a failing test prints no secret.

mod checked;

use std::path::Path;
use std::sync::Arc;

use crate::checks::CATALOGUE;
use crate::config::{Levels, Names, Unknown};
use crate::contract::{Contract, ContractError};
use crate::document::{Document, DocumentError};
use crate::engine::{self, Options, Profile};
use crate::event::{CheckInfo, Event, RunStarted};
use crate::finding::Level;
use crate::mask::{Masker, Secret};
use crate::mock::{self, MockError};
use crate::report;
use crate::target::{Identity, Limits, Target, TargetError};
use crate::waiver::{Ran, Waiver, Waivers};
pub use checked::{Checked, Verdict, Violation};

/// A gate for one contract and one server.
///
/// # Example
/// ```
/// use contract_gate::gate::Gate;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Without a base URL the embedded server is checked; yours is named with `.base_url("http://127.0.0.1:8080")`.
/// let checked = Gate::shipped("flexprice")?.only(["paging"]).check_blocking()?;
/// assert!(checked.conforms(), "{checked}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Gate {
    contract: Arc<Contract>,
    base_url: Option<String>,
    own: Identity,
    second: Option<Identity>,
    secrets: Vec<Secret>,
    options: Options,
    limits: Limits,
    waivers: Vec<Waiver>,
    levels: Vec<(Level, String)>,
}

/// Why nothing could be checked; what the server did wrong is no error but in [`Checked`].
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The base URL or the HTTP client cannot be used.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The embedded server cannot be started.
    #[error(transparent)]
    Embedded(#[from] MockError),
    /// The text of the contract cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The contract cannot be used.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// A selection, a level or a waiver names what is not there.
    #[error(transparent)]
    Name(#[from] Unknown),
    /// A level is set for nothing.
    #[error("{0}")]
    Scope(String),
    /// No runtime could be started.
    #[error("no runtime for the requests: {0}")]
    Runtime(#[from] std::io::Error),
}

impl Gate {
    /// A gate for a contract.
    #[must_use]
    pub fn new(contract: Contract) -> Self {
        Self {
            contract: Arc::new(contract),
            base_url: None,
            own: Identity { token_name: "TOKEN".to_owned(), ..Identity::default() },
            second: None,
            secrets: Vec::new(),
            options: Options::default(),
            limits: Limits::default(),
            waivers: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// A gate for a contract that comes with the gate.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn shipped(name: &str) -> Result<Self, GateError> {
        Ok(Self::new(Contract::shipped(name)?))
    }

    /// A gate for an OpenAPI document in a file.
    ///
    /// # Errors
    /// When the document cannot be read or used.
    pub fn open(path: &Path) -> Result<Self, GateError> {
        Ok(Self::new(Contract::open(&path.display().to_string())?))
    }

    /// A gate for an OpenAPI document in a file, annotated by an OpenAPI Overlay in another one.
    ///
    /// # Errors
    /// When one of them cannot be read or used.
    pub fn open_with(path: &Path, overlay: &Path) -> Result<Self, GateError> {
        Ok(Self::new(Contract::open_with(&path.display().to_string(), Some(overlay))?))
    }

    /// A gate for an OpenAPI document as text, YAML or JSON; `name` is what reports call it.
    ///
    /// # Errors
    /// When the document cannot be read or used.
    pub fn document(name: &str, text: &str) -> Result<Self, GateError> {
        let document = Document::parse(Path::new(&format!("{name}.yaml")), text.to_owned())?;
        Ok(Self::new(Contract::from_document(name, document)?))
    }

    /// The server: what stands before the paths of the document.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The credential; the contract says which header it goes into.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.secrets.push(Secret::named(token.clone(), "TOKEN"));
        self.own.token = Some(token.into());
        self
    }

    /// A declared parameter: a tenant header, a path parameter.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.own.params.insert(name.into(), value.into());
        if let Some(contract) = Arc::get_mut(&mut self.contract) {
            contract.settle_filters(|name| self.own.params.get(name).cloned());
        }
        self
    }

    /// A record that exists, where no list shows any: its resource and its key.
    #[must_use]
    pub fn known_id(mut self, resource: impl Into<String>, key: impl Into<String>) -> Self {
        self.own.known_ids.entry(resource.into()).or_default().push(key.into());
        self
    }

    /// A header of every request.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        self.secrets.push(Secret::new(value.clone()));
        self.own.headers.push((name.into(), value.into()));
        self
    }

    /// The way in of a second tenant; without it the checks of isolation are not concluded.
    #[must_use]
    pub fn second_tenant(mut self, identity: Identity) -> Self {
        use secrecy::ExposeSecret as _;
        let secrets = identity.token.iter().chain(identity.headers.iter().map(|(_, value)| value));
        self.secrets.extend(secrets.map(|secret| Secret::new(secret.expose_secret())));
        self.second = Some(identity);
        self
    }

    /// The seed of everything that is drawn; 0 unless set.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// What is checked at all.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.options.selection.profile = profile;
        self
    }

    /// Only these checks, families or operations.
    #[must_use]
    pub fn only<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.options.selection.only = names.into_iter().map(Into::into).collect();
        self
    }

    /// Not these checks, families or operations.
    #[must_use]
    pub fn skip<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.options.selection.skip = names.into_iter().map(Into::into).collect();
        self
    }

    /// The level of a check, a family or `operation:check`, instead of its own; the later call wins.
    #[must_use]
    pub fn level(mut self, name: impl Into<String>, level: Level) -> Self {
        self.levels.push((level, name.into()));
        self
    }

    /// Only one check on one operation: a tenth of the requests.
    #[must_use]
    pub fn alone(self, trial: &Trial) -> Self {
        self.only([trial.operation.clone(), trial.check.to_owned()])
    }

    /// Most records walked of one list; 0: no bound.
    #[must_use]
    pub fn max_records(mut self, most: usize) -> Self {
        self.options.max_records = most;
        self
    }

    /// Records read one by one per key; 0: about 20, and 500 under [`Profile::Strict`].
    #[must_use]
    pub fn reads(mut self, most: usize) -> Self {
        self.options.reads = most;
        self
    }

    /// Whether failing cases are reduced to smaller ones, which costs requests; they are unless told.
    #[must_use]
    pub fn shrink(mut self, shrink: bool) -> Self {
        self.options.shrink = shrink;
        self
    }

    /// How hard the server is asked.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Accepts a fault, for a reason. One that matches nothing any more is itself a fault.
    #[must_use]
    pub fn waive(mut self, waiver: Waiver) -> Self {
        self.waivers.push(waiver);
        self
    }

    /// Every check on every operation, in the order of the catalogue; nothing is sent.
    #[must_use]
    pub fn trials(&self) -> Vec<Trial> {
        let of = |operation: &crate::contract::Operation| {
            let operation = operation.id.clone();
            CATALOGUE.iter().map(move |check| Trial { operation: operation.clone(), check: check.id })
        };
        self.contract.operations.iter().flat_map(of).collect()
    }

    /// Checks the server.
    ///
    /// # Errors
    /// When there is nothing to check, or a name of a check, family or operation is not there; a server that does not
    /// answer is no error but has no verdict, see [`Checked::aborted`].
    pub async fn check(&self) -> Result<Checked, GateError> {
        let options = self.options()?;
        let embedded = match &self.base_url {
            Some(_) => None,
            None => Some(mock::start(Arc::clone(&self.contract), mock::Options::default())?),
        };
        let (base, own, second) = match (&embedded, &self.base_url) {
            (Some(running), _) => {
                let (own, second) = crate::prove::identities(running);
                (running.base_url().to_owned(), own, second)
            }
            (None, base) => (base.clone().unwrap_or_default(), self.own.clone(), self.second.clone()),
        };
        let target = Target::new(&base, own, second, self.limits.clone())?;
        let masker = Masker::new(self.secrets.iter().cloned());
        let mut checked = Checked::new(&self.contract);
        let mut waivers = Waivers::new(self.waivers.clone(), report::today());
        checked.push(Event::RunStarted(RunStarted {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: self.options.seed,
            profile: self.options.selection.profile.name().to_owned(),
            time: report::now().to_string(),
            ..RunStarted::default()
        }));
        let mut emit = |mut event: Event| {
            match &mut event {
                Event::Found(finding) => drop(waivers.apply(finding)),
                Event::Judged(judged) => waivers.judged(judged),
                _ => {}
            }
            checked.push(masker.event(&event, false));
        };
        let came = engine::check(Arc::clone(&self.contract), Arc::new(target), &options, &mut emit).await;
        checked.aborted = came.aborted;
        waivers.ran(&[Ran {
            contract: self.contract.name.clone(),
            operations: self.contract.operations.iter().map(|operation| operation.id.clone()).collect(),
            whole: checked.aborted.is_none(),
        }]);
        for stale in waivers.leftovers() {
            checked.push(Event::Found(Box::new(stale)));
        }
        checked.finish(came.requests);
        Ok(checked)
    }

    /// The options of the run, once every name in them is known to be there.
    fn options(&self) -> Result<Options, GateError> {
        let mut names = Names::of_the_gate();
        names.add_contract(&self.contract.name, self.contract.operations.iter().map(|operation| operation.id.clone()));
        let given = self.levels.iter().map(|(level, name)| (*level, name.as_str()));
        let rules = Levels::flags(given).map_err(GateError::Scope)?;
        for rule in &rules {
            names.level(&rule.scope, None)?;
        }
        let selection = &self.options.selection;
        for name in selection.only.iter().chain(&selection.skip) {
            names.selection(name, None)?;
        }
        for waiver in &self.waivers {
            names.waiver(waiver)?;
        }
        let mut options = self.options.clone();
        options.selection.levels.push(rules);
        Ok(options)
    }

    /// As [`Gate::check`], in a test that is not `async`.
    ///
    /// # Errors
    /// As [`Gate::check`], or when no runtime can be started. Call it outside of any runtime.
    pub fn check_blocking(&self) -> Result<Checked, GateError> {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(self.check())
    }
}

/// What reports need to know of each check, those of the run itself included.
#[must_use]
pub fn catalogue() -> Vec<CheckInfo> {
    // Doc comments keep the space behind their slashes.
    let plain = |text: &str| -> String {
        text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n").trim().to_owned()
    };
    let mut known: Vec<CheckInfo> = CATALOGUE
        .iter()
        .map(|check| CheckInfo {
            id: check.id.to_owned(),
            family: check.family.name().to_owned(),
            summary: check.summary(),
            explanation: plain(check.explanation),
            level: check.level,
            place: None,
        })
        .collect();
    known.extend(crate::waiver::catalogue());
    known.push(crate::ledger::catalogue());
    known
}

/// One check on one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// `operationId`.
    pub operation: String,
    /// Id of the check.
    pub check: &'static str,
}

impl Trial {
    /// Its name in a test runner: `listCustomers::record-skipped`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}::{}", self.operation, self.check)
    }
}
