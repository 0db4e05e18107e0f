//! Files by which one run remembers another: the ledger and the regressions.

use std::path::{Path, PathBuf};

use super::check::RunArgs;
use super::subject::Subject;
use crate::case::Case;
use crate::config::{Config, Origin};
use crate::engine::Regression;
use crate::finding::Finding;
use crate::ledger::Ledger;
use crate::mask::Masker;
use crate::regressions::Regressions;
use crate::report::Run;

/// What is remembered, and where.
pub(super) struct Memory {
    ledger: Option<(PathBuf, Option<Ledger>)>,
    regressions: Option<(PathBuf, Regressions)>,
    grown: bool,
    last_failed: bool,
    masker: Masker,
}

impl Memory {
    /// A ledger and nothing else.
    pub(super) fn of_ledger(path: Option<&Path>) -> Result<Self, String> {
        let read = |path: &Path| Ledger::read(path).map(|ledger| (path.to_path_buf(), ledger));
        let ledger = path.map(read).transpose().map_err(|error| error.to_string())?;
        Ok(Self { ledger, regressions: None, grown: false, last_failed: false, masker: Masker::new([]) })
    }

    pub(super) fn open(args: &RunArgs, config: &Config, subjects: &[Subject], masker: Masker) -> Result<Self, String> {
        let regressions = config.run.regressions.as_ref().map(|setting| PathBuf::from(&setting.value));
        let read = |path: PathBuf| Regressions::read(&path).map(|known| (path, known));
        let regressions = regressions.map(read).transpose().map_err(|error| error.to_string())?;
        let ledger = config
            .run
            .ledger
            .as_ref()
            .filter(|setting| matches!(setting.origin, Origin::Flag(_)) || is_whole(args, config, subjects));
        let of_ledger = Self::of_ledger(ledger.map(|setting| Path::new(&setting.value)))?;
        Ok(Self { regressions, last_failed: args.last_failed, masker, ..of_ledger })
    }

    /// Whether the user asked for what failed last time, so that the next time can be known too.
    pub(super) fn wants_last_failed(&self) -> bool {
        self.last_failed
    }

    /// Cases to send first.
    pub(super) fn cases(&self, contract: &str) -> Vec<Case> {
        self.regressions.as_ref().map(|(_, known)| known.cases(contract)).unwrap_or_default()
    }

    pub(super) fn add(&mut self, contract: &str, found: Vec<Regression>) {
        if let Some((_, known)) = &mut self.regressions {
            self.grown |= known.add(contract, found);
        }
    }

    /// What an earlier run judged and this one does not.
    pub(super) fn less(&self, run: &Run) -> Vec<Finding> {
        match &self.ledger {
            Some((_, Some(earlier))) => earlier.less(run.judged()),
            _ => Vec::new(),
        }
    }

    /// Writes the ledger, unless this run was cut off or judged less, and the regressions, if there are new ones.
    pub(super) fn write(&self, run: &Run, whole: bool) -> Result<(), String> {
        if let Some((path, earlier)) = self.ledger.as_ref().filter(|_| whole && self.less(run).is_empty()) {
            let mut ledger = Ledger::of(run.judged());
            ledger.join(earlier.clone().unwrap_or_else(|| Ledger::of([])));
            if earlier.as_ref() != Some(&ledger) {
                write(path, &ledger.text())?;
            }
        }
        if let Some((path, known)) = self.regressions.as_ref().filter(|_| self.grown) {
            write(path, &self.masker.mask(&known.text()))?;
        }
        Ok(())
    }
}

/// Whether a run checks everything that the file speaks of: only that can be held against the file's ledger.
fn is_whole(args: &RunArgs, config: &Config, subjects: &[Subject]) -> bool {
    let from_outside = |origin: &Origin| matches!(origin, Origin::Flag(_) | Origin::Environment(_));
    let selected = from_outside(&config.run.only.origin) || from_outside(&config.run.skip.origin);
    let every = config.targets.iter().all(|target| subjects.iter().any(|subject| subject.name == target.name));
    // A recording is a part of what could have been asked.
    let live = subjects.iter().all(|subject| !subject.base_url.is_empty());
    live && every && !selected && !args.last_failed && args.shard.is_none()
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    use std::io::Write as _;
    let result = crate::report::Sink::file(path).and_then(|mut sink| {
        sink.write_all(text.as_bytes())?;
        sink.commit()
    });
    result.map_err(|error| format!("{}: cannot be written: {error}", path.display()))
}
