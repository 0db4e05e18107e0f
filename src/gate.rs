//! The whole gate in a few calls, for tests of your own: a contract, a server, a verdict.
//!
//! [`Gate`] puts together what the binary puts together from flags and files: target, access, limits, selection,
//! waivers, reports. Everything that is told passes the masker first, so a failing test prints no secret.
//!
//! Credentials come from the environment as they do for the binary, and no output shows them:
//!
//! ```no_run
//! use contract_gate::gate::Gate;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let checked = Gate::shipped("flexportal")?
//!     .base_url("https://api-test.flexportal.io")
//!     .token_env("FLEXPORTAL_TOKEN")
//!     .header_env("X-Gateway-Key", "GATEWAY_KEY")
//!     .param("Tenant-ID", "unit_north")
//!     .check_blocking()?; // an error when a variable is not set
//! assert!(checked.conforms(), "{checked}"); // curl lines say $FLEXPORTAL_TOKEN
//! # Ok(())
//! # }
//! ```

mod access;
mod checked;
mod settings;
mod telling;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::checks::CATALOGUE;
pub use crate::config::Unknown;
use crate::config::{Levels, Names};
use crate::contract::{Contract, ContractError};
use crate::document::{Document, DocumentError};
use crate::engine::{self, Options, Probe};
use crate::event::CheckInfo;
use crate::finding::Level;
use crate::mask::{Masker, SHORTEST, Secret};
use crate::mock::{self, MockError, Running};
use crate::recording::{About, Recorder, Recording, RecordingError, Whereabouts, belonging};
use crate::target::{Identity, Limits, Target, TargetError};
use crate::waiver::Waiver;
pub use checked::{Checked, Verdict, Violation};
use telling::Telling;

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
    /// The first mistake in what was given; told when the gate is used.
    mistake: Option<AccessError>,
    embedded: mock::Options,
    record: Option<PathBuf>,
    show_values: bool,
    options: Options,
    limits: Limits,
    waivers: Vec<Waiver>,
    levels: Vec<(Level, String)>,
}

/// Why nothing could be checked; what the server did wrong is no error but in [`Checked`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
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
    /// A credential is not there, or cannot be kept out of reports.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The recording cannot be read as one of this contract.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The run cannot be recorded.
    #[error("the recording cannot be written: {0}")]
    Record(#[source] std::io::Error),
    /// A selection, a level, a parameter or a waiver names what is not there.
    #[error(transparent)]
    Name(#[from] Unknown),
    /// A level is set for nothing.
    #[error("{0}")]
    Scope(String),
    /// No runtime could be started.
    #[error("no runtime for the requests: {0}")]
    Runtime(#[from] std::io::Error),
}

/// Why a credential cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The environment variable that holds it is not set.
    #[error("the environment variable `{0}` is not set; export {0}=… first")]
    NotSet(String),
    /// It would show in reports: texts that short are everywhere.
    #[error("{0} is too short to be kept out of reports; use one of at least {SHORTEST} characters")]
    TooShort(String),
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
            mistake: None,
            embedded: mock::Options::default(),
            record: None,
            show_values: false,
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
        Ok(Self::new(Contract::read(path, None)?))
    }

    /// A gate for an OpenAPI document in a file, annotated by an OpenAPI Overlay in another one.
    ///
    /// # Errors
    /// When one of them cannot be read or used.
    pub fn open_with(path: &Path, overlay: &Path) -> Result<Self, GateError> {
        Ok(Self::new(Contract::read(path, Some(overlay))?))
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
    /// When there is nothing to check, a name of a check, family, operation or parameter is not there, or a secret is not
    /// set, or when the recording of a server that conforms cannot be written; of any other verdict
    /// [`Checked::recording`] says so. A server that does not answer is no error but has no verdict, see
    /// [`Checked::aborted`].
    pub async fn check(&self) -> Result<Checked, GateError> {
        let mut options = self.options()?;
        let mut limits = self.limits.clone();
        let embedded = self.stand_in()?;
        if embedded.is_some() {
            // It is made for this run and gone after it, and nothing in it takes seconds.
            options.probe_writes = true;
            limits.timeout = limits.timeout.min(Duration::from_secs(2));
        }
        let target = self.target(embedded.as_ref(), limits)?;
        let (target, recorder) = self.recorded(target)?;
        let mut telling = Telling::new(self, self.masker());
        let came =
            engine::check(Arc::clone(&self.contract), Arc::new(target), &options, &mut |event| telling.hear(event))
                .await;
        let whole = came.aborted.is_none() && options.selection.shard.is_none() && !telling.stopped_early();
        let mut checked = telling.end(came, whole);
        match recorder.map(|recorder| recorder.finish()) {
            // A lost recording is an error only where nothing else is told.
            Some(Err(error)) if checked.conforms() => return Err(GateError::Record(error)),
            written => checked.recording = written.map(|written| written.map_err(Arc::new)),
        }
        Ok(checked)
    }

    /// Judges recorded traffic instead of a server: what of it belongs to the contract. [`Gate::base_url`] says what stands
    /// before the paths where that is not clear.
    ///
    /// # Errors
    /// When the recording holds this API at several places, or a name is not there; when nothing belongs to the contract
    /// there is no verdict, see [`Checked::aborted`].
    pub fn verify(&self, recording: &Recording) -> Result<Checked, GateError> {
        let options = self.options()?;
        let mut masker = self.masker();
        recording.secrets().iter().for_each(|secret| masker.add(secret));
        let whereabouts = Whereabouts { given: self.base_url.as_deref(), ..Whereabouts::default() };
        let belongs = belonging(&self.contract, recording, &masker, whereabouts)?;
        let mut telling = Telling::new(self, masker);
        let came = engine::verify(Arc::clone(&self.contract), recording, belongs, &options, &mut |event| {
            telling.hear(event);
        });
        // A recording is a part of what could have been asked.
        Ok(telling.end(came, false))
    }

    /// Looks at the set-up before a check: is the server there, the credential good, the tenant, a first page?
    ///
    /// # Errors
    /// As [`Gate::check`].
    ///
    /// # Example
    /// ```
    /// use contract_gate::engine::Sight;
    /// use contract_gate::gate::Gate;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// let probes = runtime.block_on(Gate::shipped("flexprice")?.doctor())?;
    /// assert!(!probes.iter().any(|probe| matches!(probe.sight, Sight::Trouble(_))), "{probes:?}");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn doctor(&self) -> Result<Vec<Probe>, GateError> {
        let options = self.options()?;
        let embedded = self.stand_in()?;
        let target = self.target(embedded.as_ref(), self.limits.clone())?;
        Ok(engine::examine(Arc::clone(&self.contract), Arc::new(target), options.wait).await)
    }

    /// The embedded server, if no other one was named.
    fn stand_in(&self) -> Result<Option<Running>, GateError> {
        let start = || mock::start(Arc::clone(&self.contract), self.embedded.clone());
        Ok(if self.base_url.is_none() { Some(start()?) } else { None })
    }

    /// The server and access.
    fn target(&self, embedded: Option<&Running>, limits: Limits) -> Result<Target, GateError> {
        let target = match embedded {
            Some(running) => Target::embedded(running, limits)?,
            None => {
                let base = self.base_url.as_deref().unwrap_or_default();
                Target::new(base, self.own.clone(), self.second.clone(), limits)?
            }
        };
        let masker = self.masker();
        Ok(target.masked_by(move |text| masker.mask(text).into_owned()))
    }

    /// The target, with the recorder that listens to it if there is one.
    fn recorded(&self, target: Target) -> Result<(Target, Option<Arc<Recorder>>), GateError> {
        let Some(path) = &self.record else { return Ok((target, None)) };
        let recorder = Arc::new(Recorder::create(path, self.masker()).map_err(GateError::Record)?);
        let (contract, base) = (self.contract.name.clone(), target.base().to_owned());
        let ear = Arc::clone(&recorder);
        let target = target.recorded_by(move |crossed| ear.add(About { contract: &contract, base: &base }, crossed));
        Ok((target, Some(recorder)))
    }

    fn masker(&self) -> Masker {
        let made = [Some(&self.own), self.second.as_ref()].into_iter().flatten();
        let made = made.flat_map(|identity| identity.made_of(&self.secrets));
        Masker::new(self.secrets.iter().cloned().chain(made))
    }

    /// The options of the run, once every name in them is known to be there.
    fn options(&self) -> Result<Options, GateError> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone().into());
        }
        if let Some(short) = self.secrets.iter().find(|secret| secret.too_short()) {
            return Err(AccessError::TooShort(short.placeholder().to_string()).into());
        }
        for name in [Some(&self.own), self.second.as_ref()].into_iter().flatten().flat_map(|one| one.params.keys()) {
            crate::config::parameter(&self.contract, &self.contract.name, name)?;
        }
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
