//! Recorded traffic: HAR files that are read and written, and which of their exchanges belong to a contract.
//!
//! HTTP Archive 1.2 loses nothing that judging needs, and every browser and proxy writes it, so it is the only form. What is
//! ours stands under `_contractGate`, as the format allows. This module knows neither checks nor targets; what it reads
//! goes on to the engine, which joins single exchanges to walks and repeats and judges them.

mod base;
mod belong;
mod body;
mod call;
mod har;
mod secrets;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::case::{Access, Call};
use crate::exchange::{Exchange, Failure};
use crate::mask::Secret;

pub use belong::{Belonging, Whereabouts, belonging};
pub use write::{About, Crossed, Recorder, Written};

/// Most bytes of one recording.
const LARGEST: u64 = 1 << 30;

/// Why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {why}\n  help: name HAR files: of a browser, a proxy, or `check --record FILE`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
    /// The file is too large.
    #[error("{}: is larger than 1 GiB\n  help: record less at once, or split it; `verify` takes several files", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is no HAR.
    #[error("{}:{line}:{column}: {message}\n  help: {remedy}", path.display())]
    NoHar {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
        /// The next step.
        remedy: &'static str,
    },
    /// One exchange of the file cannot be used.
    #[error("{}: entry {number} ({what}): {message}\n  help: record it again, or take the entry out", path.display())]
    BadEntry {
        /// The file.
        path: PathBuf,
        /// Place of the entry in the file, from 1.
        number: usize,
        /// Method and address, without the query.
        what: String,
        /// What is wrong.
        message: String,
    },
    /// Several places could be the API.
    #[error("the recording has this API at several places: {places}\n  help: say which one with --base-url URL")]
    Ambiguous {
        /// Base URLs with their numbers of exchanges.
        places: String,
    },
    /// The base URL is none.
    #[error(
        "`{0}` is no base URL\n  help: give what stands before the paths of the document, like https://api.example.com"
    )]
    BadBase(String),
}

/// Recorded exchanges as they stand in their files.
#[derive(Debug, Default)]
pub struct Recording {
    entries: Vec<Entry>,
    files: Vec<PathBuf>,
}

/// One exchange of a file.
#[derive(Debug)]
struct Entry {
    /// Index into the files.
    file: usize,
    /// Place in the file, from 1.
    number: usize,
    raw: har::Entry,
}

impl Recording {
    /// Reads files, in the order given.
    ///
    /// # Errors
    /// When one cannot be read, is larger than 1 GiB, or is no HAR: with line and column.
    pub fn read(paths: &[PathBuf]) -> Result<Self, RecordingError> {
        let mut recording = Self::default();
        for (file, path) in paths.iter().enumerate() {
            let entries = har::read(path, &bytes(path)?)?;
            let numbered = entries.into_iter().enumerate();
            recording.entries.extend(numbered.map(|(index, raw)| Entry { file, number: index + 1, raw }));
            recording.files.push(path.clone());
        }
        Ok(recording)
    }

    /// Reads a text; `name` is what messages call it.
    ///
    /// # Errors
    /// When it is no HAR: with line and column.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, RecordingError> {
        let path = PathBuf::from(name);
        let entries = har::read(&path, text)?.into_iter().enumerate();
        let entries = entries.map(|(index, raw)| Entry { file: 0, number: index + 1, raw }).collect();
        Ok(Self { entries, files: vec![path] })
    }

    /// Exchanges in all files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The files, as reports name them.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<String> = self.files.iter().map(|path| path.display().to_string()).collect();
        names.join(", ")
    }

    /// Credentials that stand in it: values of headers, cookies and parameters that hold one by their names.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        secrets::secrets(self)
    }

    /// Servers that were asked, most often asked first, with how often: scheme, host and port.
    #[must_use]
    pub fn servers(&self) -> Vec<(String, u64)> {
        let mut servers: BTreeMap<String, u64> = BTreeMap::new();
        for entry in &self.entries {
            *servers.entry(base::origin(&entry.raw.request.url)).or_default() += 1;
        }
        let mut servers: Vec<(String, u64)> = servers.into_iter().collect();
        servers.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
        servers
    }

    /// What to call an entry in a message: nothing of its query, which may hold a credential.
    fn name(&self, entry: &Entry) -> (PathBuf, usize, String) {
        let address = entry.raw.request.url.split(['?', '#']).next().unwrap_or_default();
        let address = crate::mask::redact_credentials(address).into_owned();
        let path = self.files.get(entry.file).cloned().unwrap_or_default();
        (path, entry.number, format!("{} {address}", entry.raw.request.method))
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, RecordingError> {
    use std::io::Read as _;
    let fail = |why| RecordingError::Unreadable { path: path.to_path_buf(), why };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(fail)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > LARGEST {
        return Err(RecordingError::TooLarge { path: path.to_path_buf() });
    }
    Ok(bytes)
}

/// A recorded exchange that belongs to a contract, in the words of the contract.
pub struct Taken {
    /// Place among all recorded exchanges, in file order.
    pub number: usize,
    /// When it was sent, in milliseconds since 1970; `None` if the recording does not say.
    pub at: Option<f64>,
    /// How long it took, in milliseconds.
    pub took: f64,
    /// The address as it crossed the wire; it may hold a credential.
    pub address: String,
    /// The request.
    pub call: Call,
    /// Values beside those that the contract knows as parts of a question: by name.
    pub extras: Vec<(String, String)>,
    /// What crossed the wire, credentials left out.
    pub exchange: Exchange,
    /// Whose it is: requests with another credential, tenant or server have another one.
    pub party: String,
    /// The tenant that it names, if the contract has a place for it.
    pub tenant: Option<String>,
    /// Whether the recording lacks the body of the answer although there was one.
    pub bodiless: bool,
}

/// What the gate itself notes of an exchange that it records.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    /// Name of the contract.
    contract: String,
    /// What stands before the paths.
    base: String,
    /// Whose access it carried.
    access: Access,
    /// Why no whole answer came.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    failure: Option<NotedFailure>,
}

/// A [`Failure`] as it is noted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
enum NotedFailure {
    Timeout { status: Option<u16>, millis: u64 },
    Dropped,
    Truncated { status: u16, received: usize },
    TooLarge { status: u16, limit: usize },
}

impl NotedFailure {
    /// What is noted; nothing of what the target never got to see.
    fn of(failure: &Failure) -> Option<Self> {
        Some(match failure {
            Failure::Timeout { status, after } => {
                let millis = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                Self::Timeout { status: *status, millis }
            }
            Failure::Dropped(_) => Self::Dropped,
            Failure::Truncated { status, received } => Self::Truncated { status: *status, received: *received },
            Failure::TooLarge { status, limit } => Self::TooLarge { status: *status, limit: *limit },
            Failure::Connect(_) | Failure::Beyond { .. } | Failure::Unsendable(_) | Failure::Stopped(_) => return None,
        })
    }

    fn failure(&self) -> Failure {
        match *self {
            Self::Timeout { status, millis } => {
                Failure::Timeout { status, after: std::time::Duration::from_millis(millis) }
            }
            Self::Dropped => Failure::Dropped(String::new()),
            Self::Truncated { status, received } => Failure::Truncated { status, received },
            Self::TooLarge { status, limit } => Failure::TooLarge { status, limit },
        }
    }
}
