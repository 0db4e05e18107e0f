//! The kill matrix as a test: the lawful servers and telling faults always, odd forms and one fault per check on demand.
//!
//! `contract-gate prove` runs all faults; here each check's own faults run on the first contract on which they make sense.

use std::collections::{BTreeMap, BTreeSet};

use contract_gate::checks::CATALOGUE;
use contract_gate::contract::Contract;
use contract_gate::finding::Level;
use contract_gate::mock;
use contract_gate::prove::{Kind, Matrix, Scope, prove};

fn matrix(contract: &str, only: Vec<String>) -> Matrix {
    let scope = Scope { contracts: vec![contract.to_owned()], only, ..Scope::default() };
    prove(&scope, &|_, _| {}).expect("every embedded server starts")
}

#[test]
fn the_lawful_servers_are_left_in_peace() {
    for contract in Contract::SHIPPED {
        let matrix = matrix(contract, vec!["lawful".to_owned()]);
        let accused: Vec<_> = matrix.wrong().map(|row| row.problem.clone()).collect();
        assert!(accused.is_empty(), "{contract}: {accused:?}");
    }
}

/// One fault of each kind, with the check that has to name it first.
const TELLING: [(&str, &str, &str); 10] = [
    ("flexprice", "required-field-missing", "missing-required-field"),
    ("flexprice", "total-off-by-one", "wrong-total"),
    ("flexportal", "record-repeated-once", "record-repeated"),
    ("flexportal", "record-skipped", "record-skipped"),
    ("flexportal", "cursor-ignores-filter", "cursor-loses-filter"),
    ("flexportal", "rule-broken-deep", "broken-rule"),
    ("flexportal", "readings-mixed-deep", "mixed-readings"),
    ("flexprice", "credential-not-needed", "works-without-credential"),
    ("flexprice", "foreign-record-readable", "foreign-record-readable"),
    ("flexprice", "expansion-ignored-on-get", "expansion-missing"),
];

#[test]
fn telling_faults_are_named_by_their_own_check() {
    for (contract, fault, check) in TELLING {
        let matrix = matrix(contract, vec![fault.to_owned()]);
        let row = matrix.rows.first().expect("the fault makes sense there");
        let named = row.first.iter().chain(&row.also).any(|spoke| spoke == check);
        assert!(row.right && named, "{contract} {fault}: {:?} and {:?} instead of {check}", row.first, row.also);
    }
}

#[test]
#[ignore = "several minutes: runs every lawful but odd form; run it with `cargo test --test witnesses -- --ignored`"]
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
#[ignore = "several minutes: runs a fault for every check on every contract; run it with `cargo test --test witnesses -- --ignored`"]
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
    let mut spoke: BTreeSet<String> = BTreeSet::new();
    for (contract, only) in wanted {
        for row in matrix(contract, only.into_iter().collect()).rows {
            spoke.extend(row.first.into_iter().chain(row.also));
        }
    }
    let mute: Vec<&str> = CATALOGUE
        .iter()
        .filter(|check| check.level == Level::Deny && !spoke.contains(check.id))
        .map(|c| c.id)
        .collect();
    assert_eq!(mute, EXCUSED, "deny-level checks that no fault makes speak at deny level");
}

/// Which check speaks first on which fault, reviewed by hand: it has to name the cause. What speaks besides is what follows
/// from it, and right to: a record that a page border loses is missing under filters too, a foreign record cannot be read
/// by its key. Faults that come now and then show in different places each time and stand in no snapshot.
#[test]
#[ignore = "several minutes: runs every fault; run it with `cargo test --release --test witnesses -- --ignored`"]
fn the_cause_is_named_first() {
    for contract in Contract::SHIPPED {
        let faults = mock::faults().iter().map(|fault| fault.id);
        let steady = faults.filter(|id| !id.ends_with("now-and-then") && !id.ends_with("flickers"));
        let matrix = matrix(contract, steady.map(str::to_owned).collect());
        let named = matrix.rows.iter().filter(|row| row.kind == Kind::Fault);
        let lines: Vec<String> =
            named.map(|row| format!("{:<40} {}", row.id, row.first.as_deref().unwrap_or("no verdict"))).collect();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/witnesses"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(contract, lines.join("\n")));
    }
}

/// Checks whose promise no shipped contract makes at deny level: empty pages are a note in all of them, and none names
/// what remains.
const EXCUSED: [&str; 2] = ["empty-page-in-walk", "wrong-remaining"];
