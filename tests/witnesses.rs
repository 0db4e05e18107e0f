//! The kill matrix as a test: every check is silent on the lawful server and its odd forms, and caught by its own fault.
//!
//! `contract-gate prove` runs all faults; here each check's own faults run on the first contract on which they make sense.

use std::collections::{BTreeMap, BTreeSet};

use contract_gate::checks::CATALOGUE;
use contract_gate::contract::Contract;
use contract_gate::finding::Level;
use contract_gate::mock;
use contract_gate::prove::{Matrix, Scope, prove};

fn matrix(contract: &str, only: Vec<String>) -> Matrix {
    let scope = Scope { contracts: vec![contract.to_owned()], only, ..Scope::default() };
    prove(&scope, &|_, _| {}).expect("every embedded server starts")
}

#[test]
fn no_check_accuses_a_lawful_server() {
    let mut accused: Vec<String> = Vec::new();
    for contract in Contract::SHIPPED {
        // Forms in which data never stands still, and very large ones, are slow; one contract stands for all there.
        let slow = |id: &str| ["constant-", "thousand", "latency", "slow"].iter().any(|slow| id.contains(slow));
        let odd = mock::variants().iter().map(|variant| variant.id).filter(|id| contract == "flexprice" || !slow(id));
        let only = odd.chain(["lawful"]).map(str::to_owned).collect();
        let wrong = matrix(contract, only);
        accused.extend(
            wrong.wrong().map(|row| format!("{contract} {}: {}", row.id, row.problem.clone().unwrap_or_default())),
        );
    }
    assert!(accused.is_empty(), "{accused:#?}");
}

#[test]
fn every_check_is_caught_by_its_own_fault() {
    let contracts: Vec<(&str, Contract)> =
        Contract::SHIPPED.iter().map(|name| (*name, Contract::shipped(name).expect("is shipped"))).collect();
    let mut wanted: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for check in CATALOGUE {
        // The first of its faults on each contract: a promise that one contract only notes, another makes in earnest.
        for (name, contract) in &contracts {
            let fits = check.faults.iter().filter_map(|id| mock::faults().iter().find(|fault| fault.id == *id));
            if let Some(fault) = fits.into_iter().find(|fault| (fault.contracts)(contract)) {
                wanted.entry(name).or_default().insert(fault.id.to_owned());
            }
        }
    }
    let mut caught = String::new();
    let mut spoke: BTreeSet<String> = BTreeSet::new();
    for (contract, only) in wanted {
        for row in matrix(contract, only.into_iter().collect()).rows {
            let first = row.first.as_deref().unwrap_or("no finding at deny level");
            caught.push_str(&format!("{contract:<11} {:<40} {first}\n", row.id));
            spoke.extend(row.first.into_iter().chain(row.also));
        }
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/witnesses"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("caught_first", caught));
    let mute: Vec<&str> = CATALOGUE
        .iter()
        .filter(|check| check.level == Level::Deny && !spoke.contains(check.id))
        .map(|c| c.id)
        .collect();
    assert_eq!(mute, EXCUSED, "deny-level checks that no fault makes speak at deny level");
}

/// Checks whose promise no shipped contract makes at deny level.
const EXCUSED: [&str; 0] = [];
