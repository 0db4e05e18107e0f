//! Which checks run on which operations, and at which level: the user's say over the catalogue.

use std::collections::BTreeSet;

use super::Shard;
use crate::checks::{CATALOGUE, Check, Family};
use crate::config::Levels;
use crate::finding::Level;

/// A profile: which families run, and whether strict levels hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Everything, at the levels of the contract.
    #[default]
    Default,
    /// Single answers only: shape and status.
    Core,
    /// Shape, paging, filters and sorting; of single records their shape only.
    List,
    /// Credentials and tenants.
    Isolation,
    /// Everything, with the levels that the contract raises under `strict`.
    Strict,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 5] = [Self::Default, Self::Core, Self::List, Self::Isolation, Self::Strict];

    /// Its name in flags and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Core => "core",
            Self::List => "list",
            Self::Isolation => "isolation",
            Self::Strict => "strict",
        }
    }

    /// A profile by its name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// Whether a family runs under it.
    #[must_use]
    pub fn runs(self, family: Family) -> bool {
        match self {
            Self::Default | Self::Strict => true,
            Self::Core => matches!(family, Family::Answers),
            Self::List => {
                matches!(family, Family::Answers | Family::Paging | Family::Filters | Family::Sorting)
            }
            Self::Isolation => matches!(family, Family::Access),
        }
    }
}

/// The check whose plan reads some records: others judge what it fetches.
const READS: &str = "wrong-member";
/// The check whose plan reads a record that nobody has: others judge the error that it provokes.
const READS_NOTHING: &str = "unknown-key-accepted";

/// What the user selected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The profile.
    pub profile: Profile,
    /// Only these checks, families or operations; empty: all.
    pub only: Vec<String>,
    /// Not these checks, families or operations.
    pub skip: Vec<String>,
    /// Levels that the user set, by check, family or `operation:check`.
    pub levels: Levels,
    /// Only these pairs of operation and check: what failed last time; `None`: no such restriction.
    pub failed: Option<BTreeSet<(String, String)>>,
    /// The part of a split run; checks of other parts plan nothing, but judge what is seen.
    pub shard: Option<Shard>,
}

impl Selection {
    /// Whether nothing is left out but what the profile leaves out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.only.is_empty() && self.skip.is_empty() && self.failed.is_none() && self.shard.is_none()
    }

    /// Whether a check may plan traffic of its own: shape is judged on what paging and records fetch.
    #[must_use]
    pub fn plans(&self, check: &Check, operation: &str) -> bool {
        let fetches = match self.profile {
            Profile::Core => matches!(check.family, Family::Answers | Family::Paging | Family::Records),
            profile => profile.runs(check.family),
        };
        let skipped = self.skip.iter().any(|name| names(name, check, operation));
        let failed = self.failed.as_ref().is_none_or(|failed| failed.iter().any(|(_, id)| id == check.id));
        let own = fetches && !skipped && failed && (self.only.is_empty() || self.only_admits(check, operation));
        own || self.fetches_for_others(check, operation)
    }

    /// Whether a check plans for others: those on single answers and on tenants judge what is read, and read nothing.
    fn fetches_for_others(&self, check: &Check, operation: &str) -> bool {
        let families: &[Family] = match check.id {
            READS => &[Family::Answers, Family::Access],
            READS_NOTHING => &[Family::Answers],
            _ => return false,
        };
        let mut others = CATALOGUE.iter().filter(|check| families.contains(&check.family));
        others.any(|check| self.disabled(check, operation).is_none())
    }

    /// Families of which some check that `--only` names judges an operation: what those rely on is planned for them, so that
    /// they judge as in a whole run. None where nothing is named.
    pub(super) fn named_families(&self, operation: &str) -> Vec<Family> {
        let mut families: Vec<Family> = Vec::new();
        for check in CATALOGUE.iter().filter(|_| !self.only.is_empty()) {
            if !families.contains(&check.family) && self.disabled(check, operation).is_none() {
                families.push(check.family);
            }
        }
        families
    }

    /// Whether a check that `--only` does not name may plan for those that it does.
    pub(super) fn lends(&self, check: &Check, operation: &str) -> bool {
        let skipped = self.skip.iter().any(|name| names(name, check, operation));
        self.failed.is_none() && !skipped && self.profile.runs(check.family)
    }

    /// Whether an operation is looked at, whatever the check.
    #[must_use]
    pub fn looks_at(&self, operation: &str) -> bool {
        let skipped = self.skip.iter().any(|name| name == operation);
        let is_check = |name: &String| {
            name.contains(':')
                || crate::checks::find(name).is_some()
                || Family::ALL.iter().any(|family| family.name() == *name)
        };
        let operations: Vec<&String> = self.only.iter().filter(|name| !is_check(name)).collect();
        !skipped && (operations.is_empty() || operations.iter().any(|name| *name == operation))
    }

    /// By what a check is switched off for an operation, if it is.
    #[must_use]
    pub fn disabled(&self, check: &Check, operation: &str) -> Option<String> {
        if !self.profile.runs(check.family) {
            return Some(format!("--profile {}", self.profile.name()));
        }
        if let Some(by) = self.skip.iter().find(|name| names(name, check, operation)) {
            return Some(format!("--skip {by}"));
        }
        if !self.only.is_empty() && !self.only_admits(check, operation) {
            return Some("--only".to_owned());
        }
        let pair = (operation.to_owned(), check.id.to_owned());
        if self.failed.as_ref().is_some_and(|failed| !failed.contains(&pair)) {
            return Some("--last-failed".to_owned());
        }
        let said = self.levels.of(check.id, check.family.name(), operation);
        said.filter(|rule| rule.level == Level::Allow)
            .map(|rule| format!("{} at level allow ({})", rule.scope, rule.origin))
    }

    /// `--only` names checks or families, and operations; each kind that is named narrows.
    fn only_admits(&self, check: &Check, operation: &str) -> bool {
        let is_check =
            |name: &String| crate::checks::find(name).is_some() || Family::ALL.iter().any(|f| f.name() == *name);
        let (checks, operations): (Vec<&String>, Vec<&String>) = self.only.iter().partition(|name| is_check(name));
        let check_fits = checks.is_empty() || checks.iter().any(|name| names(name, check, operation));
        let operation_fits = operations.is_empty() || operations.iter().any(|name| names(name, check, operation));
        check_fits && operation_fits
    }

    /// The level of a fault: the user's word, else the clause's, else the check's.
    #[must_use]
    pub fn level(&self, check: &Check, operation: &str, clause: Option<Level>) -> Level {
        let own = clause.unwrap_or(check.level);
        match self.levels.of(check.id, check.family.name(), operation) {
            // A family raises what is at its default; it does not make an observation a violation.
            Some(rule) if rule.scope.what == check.family.name() && own == Level::Note && rule.level > own => own,
            Some(rule) => rule.level,
            None => own,
        }
    }
}

fn names(name: &str, check: &Check, operation: &str) -> bool {
    match name.split_once(':') {
        Some((place, id)) => place == operation && (id == check.id || id == check.family.name() || id == "*"),
        None => name == check.id || name == check.family.name() || name == operation,
    }
}
