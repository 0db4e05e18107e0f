//! What levels, waivers and selections may name in this run: the catalogue, and the documents at hand.

use super::target::Subject;
use crate::config::{Config, LevelRule, Names, Origin, Unknown};
use crate::contract::Contract;
use crate::waiver::Ran;

/// Refuses what names nothing: in the file, in flags, and in the environment.
pub(super) fn check(config: &Config, flags: &[LevelRule], subjects: &[Subject]) -> Result<(), String> {
    config.check_names(&of_file(config, subjects)).map_err(|error| error.to_string())?;
    let names = of_run(subjects);
    let words = |origin: &Origin, unknown: &Unknown| origin.error(&unknown.message, &unknown.help).to_string();
    for rule in flags {
        names.level(&rule.scope, None).map_err(|unknown| words(&rule.origin, &unknown))?;
    }
    for setting in [&config.run.only, &config.run.skip] {
        for name in &setting.value {
            names.selection(name, None).map_err(|unknown| words(&setting.origin, &unknown))?;
        }
    }
    Ok(())
}

/// The contracts that are checked now: what flags may speak of.
fn of_run(subjects: &[Subject]) -> Names {
    let mut names = Names::of_the_gate();
    for subject in subjects {
        names.add_contract(&subject.name, operations(&subject.contract));
    }
    names
}

/// Every target of the file, the shipped contracts, and what is checked now: what the file may speak of.
///
/// Without targets the documents come from the command line, one now and another one later, and a document that cannot
/// be read says nothing of its operations: then only a name that is nearly a known one is refused.
pub(super) fn of_file(config: &Config, subjects: &[Subject]) -> Names {
    let mut names = Names::of_the_gate();
    let mut open = config.targets.is_empty();
    for target in &config.targets {
        match subjects.iter().find(|subject| subject.name == target.name) {
            Some(subject) => names.add_contract(&target.name, operations(&subject.contract)),
            None => match Contract::open_with(&target.contract, target.overlay.as_deref()) {
                Ok(contract) => names.add_contract(&target.name, operations(&contract)),
                Err(_) => {
                    names.add_contract(&target.name, []);
                    open = true;
                }
            },
        }
    }
    for subject in subjects.iter().filter(|subject| subject.configured.is_none()) {
        names.add_contract(&subject.contract.name, operations(&subject.contract));
    }
    for shipped in Contract::SHIPPED {
        if !names.contracts().iter().any(|(known, _)| known == shipped) {
            names.add_contract(shipped, []);
        }
    }
    if open { names.open() } else { names }
}

/// What waivers may speak of, and what of it was checked to the end.
pub(super) fn ran(config: &Config, subjects: &[Ran]) -> Vec<Ran> {
    let left_out = config.targets.iter().filter(|target| !subjects.iter().any(|ran| ran.contract == target.name));
    let left_out = left_out.map(|target| Ran {
        contract: target.name.clone(),
        operations: Contract::open_with(&target.contract, target.overlay.as_deref())
            .map(|contract| operations(&contract).collect())
            .unwrap_or_default(),
        whole: false,
    });
    subjects.iter().cloned().chain(left_out).collect()
}

fn operations(contract: &Contract) -> impl Iterator<Item = String> + use<> {
    contract.operations.iter().map(|operation| operation.id.clone()).collect::<Vec<_>>().into_iter()
}
