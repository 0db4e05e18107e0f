//! What levels, waivers, selections, targets and parameters may name in this run: the catalogue, and the documents at
//! hand.

use std::sync::Arc;

use super::subject::Subject;
use crate::config::{Config, LevelRule, Names, Origin, Unknown};
use crate::contract::Contract;
use crate::waiver::Ran;

/// Refuses what names nothing: in the file, in flags, and in the environment.
pub(super) fn check(config: &Config, flags: &[LevelRule], subjects: &[Subject]) -> Result<(), String> {
    let in_file = of_file(config, subjects);
    config.check_names(&in_file).map_err(|error| error.to_string())?;
    // Where nothing is checked, flags may speak of whatever the file may.
    let names = if subjects.is_empty() { in_file } else { of_run(subjects) };
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
fn of_file(config: &Config, subjects: &[Subject]) -> Names {
    let mut names = Names::of_the_gate();
    let mut open = config.targets.is_empty();
    let mut contracts = Vec::new();
    for target in &config.targets {
        match subjects.iter().find(|subject| subject.name == target.name) {
            Some(subject) => contracts.push((target.name.clone(), Arc::clone(&subject.contract))),
            None => match Contract::open_with(&target.contract, target.overlay.as_deref()) {
                Ok(contract) => contracts.push((target.name.clone(), Arc::new(contract))),
                Err(_) => {
                    names.add_contract(&target.name, []);
                    open = true;
                }
            },
        }
    }
    for (target, contract) in &contracts {
        names.add_contract(target, operations(contract));
    }
    // A contract may be named as well as the targets that it has.
    for (_, contract) in &contracts {
        if !names.contracts().iter().any(|(known, _)| *known == contract.name) {
            names.add_contract(&contract.name, operations(contract));
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

/// Refuses a word that is no file and neither a target nor a shipped contract, where there are targets.
pub(super) fn no_misspelt_target(name: &str, config: &Config) -> Result<(), String> {
    let is_document = name.contains(['/', '.', '\\']) || std::path::Path::new(name).exists();
    if config.targets.is_empty() || is_document || Contract::SHIPPED.contains(&name) {
        return Ok(());
    }
    let targets = config.targets.iter().map(|target| target.name.as_str());
    let near = crate::suggest::nearest(name, targets.clone().chain(Contract::SHIPPED));
    let hint = near.map_or_else(
        || format!("there are the targets {}", targets.collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Err(format!("there is no target and no contract `{name}`\n  help: {hint}"))
}

/// Refuses values of parameters that no operation declares, or that the checks vary: they would do nothing.
pub(super) fn declared_params(subject: &Subject) -> Result<(), String> {
    for name in [Some(&subject.own), subject.second.as_ref()].into_iter().flatten().flat_map(|one| one.params.keys()) {
        crate::config::parameter(&subject.contract, &subject.name, name).map_err(|unknown| {
            let configured = subject.configured.as_ref();
            let sources = configured.map(|target| [Some(&target.access), target.second_tenant.as_ref()]);
            let place = sources.into_iter().flatten().flatten().find_map(|access| access.place_of_param(name));
            format!("{}{unknown}", place.map(|place| format!("{place}: ")).unwrap_or_default())
        })?;
    }
    Ok(())
}

/// Refuses keys of a resource that no operation reads: nothing would be asked for by them.
pub(super) fn known_resources(subject: &Subject) -> Result<(), String> {
    let configured = subject.configured.as_ref();
    let second = configured.and_then(|target| target.second_tenant.as_ref());
    let sources = [(Some(&subject.own), configured.map(|target| &target.access)), (subject.second.as_ref(), second)];
    for (identity, source) in sources.into_iter().filter_map(|(identity, source)| Some((identity?, source))) {
        for name in identity.known_ids.keys() {
            crate::config::resource(&subject.contract, &subject.name, name).map_err(|unknown| {
                let place = source.and_then(|access| access.place_of_known_ids(name));
                format!("{}{unknown}", place.map(|place| format!("{place}: ")).unwrap_or_default())
            })?;
        }
    }
    Ok(())
}

fn operations(contract: &Contract) -> impl Iterator<Item = String> + use<> {
    contract.operations.iter().map(|operation| operation.id.clone()).collect::<Vec<_>>().into_iter()
}
