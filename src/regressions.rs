//! Cases that showed a fault once, kept by the user's wish and sent first in every later run.
//!
//! A case names an operation, values of parameters and whose access it carries; it holds no credential. Values can be
//! data of the target, such as keys and filter values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::engine::Regression;

/// Version of the file.
const FORMAT: u32 = 1;

/// Why a file of regressions cannot be used; the message holds the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegressionsError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}\n  help: name a file; it is created if it is not there", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It holds something else.
    #[error("{}: holds no regressions: {source}\n  help: name another file, or delete it to begin anew", .path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// Another version wrote it.
    #[error("{}: has format {found}, this version reads {FORMAT}\n  help: delete it to begin anew", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The format found.
        found: u32,
    },
}

/// What is remembered, by contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regressions {
    format: u32,
    contracts: BTreeMap<String, Vec<Regression>>,
}

impl Default for Regressions {
    fn default() -> Self {
        Self { format: FORMAT, contracts: BTreeMap::new() }
    }
}

impl Regressions {
    /// Reads the file; nothing is remembered when there is none yet.
    ///
    /// # Errors
    /// When the file cannot be read or holds something else.
    pub fn read(path: &Path) -> Result<Self, RegressionsError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(RegressionsError::Unreadable { path: path.to_owned(), source }),
        };
        let found: Self =
            serde_json::from_str(&text).map_err(|source| RegressionsError::Other { path: path.to_owned(), source })?;
        match found.format {
            FORMAT => Ok(found),
            other => Err(RegressionsError::Format { path: path.to_owned(), found: other }),
        }
    }

    /// The cases of a contract, each once, in the order in which they were found.
    #[must_use]
    pub fn cases(&self, contract: &str) -> Vec<Case> {
        let mut cases: Vec<Case> = Vec::new();
        for case in self.contracts.get(contract).into_iter().flatten().flat_map(|one| &one.cases) {
            if !cases.contains(case) {
                cases.push(case.clone());
            }
        }
        cases
    }

    /// Remembers what a run found; true if something is new. Of the same fault the first cases stay.
    pub fn add(&mut self, contract: &str, found: impl IntoIterator<Item = Regression>) -> bool {
        let known = self.contracts.entry(contract.to_owned()).or_default();
        let before = known.len();
        for one in found {
            if !known.iter().any(|old| (&old.check, &old.fingerprint) == (&one.check, &one.fingerprint)) {
                known.push(one);
            }
        }
        let grown = known.len() > before;
        self.contracts.retain(|_, known| !known.is_empty());
        grown
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Access, Call, Query};
    use crate::contract::semantics::Slot;
    use serde_json::json;

    #[test]
    fn cases_come_back_as_they_were_and_once() {
        let call = Call::new("get").with(&Slot::Path("id".to_owned()), "c/1").access(Access::Second);
        let walk = Case::walk(Query::new("list", Some(2)).filter("status", json!("active")));
        let Case::Walk(inner) = walk.clone() else { panic!("a walk") };
        let again = Case::Again { walk: inner, index: 1, size: None };
        let cases = vec![Case::Call(call), walk, again];
        let one = Regression {
            check: "c".to_owned(),
            operation: "list".to_owned(),
            fingerprint: "f".to_owned(),
            cases: cases.clone(),
        };
        let mut all = Regressions::default();
        assert!(all.add("ours", [one.clone(), one.clone()]) && !all.add("ours", [one]));
        let back: Regressions = serde_json::from_str(&all.text()).expect("its own text");
        assert_eq!(back, all);
        assert_eq!(back.cases("ours"), cases);
        assert!(back.cases("theirs").is_empty());
    }
}
