//! What levels, waivers and selections may name: checks, families, rules, contracts and their operations.
//!
//! A misspelt name would do nothing, and nobody would see it.

use super::Scope;
use crate::checks::{CATALOGUE, Family};
use crate::contract::Contract;
use crate::diff::rules::RULES;
use crate::suggest::nearest;
use crate::waiver::{Waiver, fits};

/// Every name that may be used.
#[derive(Clone, Debug, Default)]
pub struct Names {
    checks: Vec<String>,
    families: Vec<String>,
    rules: Vec<String>,
    contracts: Vec<(String, Vec<String>)>,
    open: bool,
}

/// A name that is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n  help: {help}")]
pub struct Unknown {
    /// What is wrong: lower case, no final stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Unknown {
    fn new(message: String, near: Option<&str>, otherwise: &str) -> Self {
        Self { message, help: near.map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{near}`?")) }
    }
}

/// What a value is given for: a parameter that an operation declares, and that is not the checks' to vary.
///
/// # Errors
/// When no operation declares it, or every one that does pages, filters, sorts or expands by it.
pub fn parameter(contract: &Contract, called: &str, name: &str) -> Result<(), Unknown> {
    let parameters = contract.operations.iter().flat_map(|operation| &operation.parameters);
    let mut declared: Vec<&str> = parameters.map(|parameter| parameter.name.as_str()).collect();
    declared.sort_unstable();
    declared.dedup();
    if !declared.contains(&name) {
        let all = format!("{called} declares {}", declared.join(", "));
        let near = nearest(name, declared);
        return Err(Unknown::new(format!("{called} declares no parameter `{name}`"), near, &all));
    }
    match contract.varied(name) {
        Some(why) => Err(Unknown {
            message: format!("`{name}` cannot have one value: {why}, and the checks vary it"),
            help: "leave it out; --only, --skip and --max-records bound what is asked".to_owned(),
        }),
        None => Ok(()),
    }
}

/// What keys are named for: a resource that some operation reads by its key.
///
/// # Errors
/// When no operation does.
pub fn resource(contract: &Contract, called: &str, name: &str) -> Result<(), Unknown> {
    let operations = contract.operations.iter();
    let mut read: Vec<&str> =
        operations.filter_map(|operation| Some(operation.clause.reads.as_ref()?.resource.as_str())).collect();
    read.dedup();
    if read.contains(&name) {
        return Ok(());
    }
    let all = match read.is_empty() {
        true => "leave it out: no operation reads a record by its key, as far as `x-contract` says".to_owned(),
        false => format!("resources that are read: {}", read.join(", ")),
    };
    Err(Unknown::new(format!("{called} reads no `{name}` by key"), nearest(name, read), &all))
}

/// Where all checks, families and rules are listed.
const LIST: &str = "`contract-gate list` shows all";

impl Names {
    /// The checks, families and rules of the gate, and no contract.
    #[must_use]
    pub fn of_the_gate() -> Self {
        let checks = CATALOGUE.iter().map(|check| check.id.to_owned());
        Self {
            checks: checks.chain([crate::ledger::CHECKED_LESS.to_owned()]).collect(),
            families: Family::ALL.iter().map(|family| family.name().to_owned()).collect(),
            rules: RULES.iter().map(|rule| rule.id.to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Adds a contract or target with its operations.
    pub fn add_contract(&mut self, name: impl Into<String>, operations: impl IntoIterator<Item = String>) {
        self.contracts.push((name.into(), operations.into_iter().collect()));
    }

    /// There may be contracts beside those that were added: only a name that is nearly one of them is refused.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Every contract that was added, with its operations.
    #[must_use]
    pub fn contracts(&self) -> &[(String, Vec<String>)] {
        &self.contracts
    }

    /// Whether a word is a check, a family or a rule.
    #[must_use]
    pub fn is_kind(&self, word: &str) -> bool {
        [&self.checks, &self.families, &self.rules].into_iter().flatten().any(|known| known == word)
    }

    /// What a level is set for, on a contract or on any.
    ///
    /// # Errors
    /// When the check, the family or the operation is not there.
    pub fn level(&self, scope: &Scope, contract: Option<&str>) -> Result<(), Unknown> {
        if !self.is_kind(&scope.what) {
            let known = [&self.checks, &self.families, &self.rules].into_iter().flatten();
            let near = nearest(&scope.what, known.map(String::as_str));
            let message = format!("there is no check and no family `{}`", scope.what);
            if scope.operation.is_none() && self.operations(contract).any(|known| *known == scope.what) {
                let help =
                    format!("for an operation, write the check or the family behind it: `{0}:answers`", scope.what);
                return Err(Unknown { message, help });
            }
            return Err(Unknown::new(message, near, LIST));
        }
        match &scope.operation {
            Some(operation) if !self.rules.contains(&scope.what) => self.operation(operation, contract),
            _ => Ok(()),
        }
    }

    /// A word of `--only` or `--skip`: a check, a family, an operation, or `operation:check`.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn selection(&self, name: &str, contract: Option<&str>) -> Result<(), Unknown> {
        let kinds = || self.checks.iter().chain(&self.families);
        if let Some((operation, what)) = name.split_once(':') {
            if what != "*" && !kinds().any(|known| known == what) {
                let near = nearest(what, kinds().map(String::as_str));
                return Err(Unknown::new(format!("there is no check and no family `{what}`"), near, LIST));
            }
            return self.operation(operation, contract);
        }
        let operations: Vec<&String> = self.operations(contract).collect();
        if kinds().chain(operations.iter().copied()).any(|known| known == name) {
            return Ok(());
        }
        let near = nearest(name, kinds().chain(operations.iter().copied()).map(String::as_str));
        if near.is_none() && (self.open || operations.is_empty()) {
            return Ok(());
        }
        Err(Unknown::new(format!("`{name}` is no check, family or operation"), near, LIST))
    }

    /// What a waiver names.
    ///
    /// # Errors
    /// When its check, contract or operation is not there, or the check is a family.
    pub fn waiver(&self, waiver: &Waiver) -> Result<(), Unknown> {
        let check = &waiver.check;
        if self.rules.contains(check) {
            return Ok(());
        }
        if self.families.contains(check) {
            return Err(Unknown {
                message: format!("`{check}` is a family, and a waiver accepts one check"),
                help: "name the check; `contract-gate list` shows those of each family".to_owned(),
            });
        }
        if !self.checks.contains(check) {
            let near = nearest(check, self.checks.iter().chain(&self.rules).map(String::as_str));
            return Err(Unknown::new(format!("there is no check and no rule `{check}`"), near, LIST));
        }
        if let Some(contract) = &waiver.contract {
            self.contract(contract)?;
        }
        waiver.operation.as_ref().map_or(Ok(()), |operation| self.operation(operation, waiver.contract.as_deref()))
    }

    fn contract(&self, name: &str) -> Result<(), Unknown> {
        let known = || self.contracts.iter().map(|(known, _)| known.as_str());
        if self.contracts.is_empty() || known().any(|known| known == name) {
            return Ok(());
        }
        let near = nearest(name, known());
        if near.is_none() && self.open {
            return Ok(());
        }
        let mut names: Vec<&str> = known().collect();
        names.dedup();
        let all = format!("there are {}", names.join(", "));
        Err(Unknown::new(format!("there is no target and no contract `{name}`"), near, &all))
    }

    fn operation(&self, name: &str, contract: Option<&str>) -> Result<(), Unknown> {
        let known: Vec<&str> = self.operations(contract).map(String::as_str).collect();
        if known.is_empty() || known.iter().any(|known| fits(name, known)) {
            return Ok(());
        }
        let near = nearest(name, known.iter().copied());
        if near.is_none() && self.open {
            return Ok(());
        }
        let place = contract.map(|contract| format!(" in {contract}")).unwrap_or_default();
        let all = format!("there are {}", known.join(", "));
        Err(Unknown::new(format!("there is no operation `{name}`{place}"), near, &all))
    }

    /// The operations of a contract, or of all.
    fn operations<'a>(&'a self, contract: Option<&'a str>) -> impl Iterator<Item = &'a String> {
        let of = move |name: &String| contract.is_none_or(|contract| contract == name);
        self.contracts.iter().filter(move |(name, _)| of(name)).flat_map(|(_, operations)| operations)
    }
}
