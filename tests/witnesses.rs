//! The kill matrix as a test: every fault is caught, every lawful form is left in peace, every check has spoken.

use std::collections::BTreeSet;

use contract_gate::checks::CATALOGUE;
use contract_gate::finding::Level;
use contract_gate::prove::{Matrix, Scope, prove};

fn snapshots() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/witnesses"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

fn matrix(contract: &str) -> Matrix {
    let scope = Scope { contracts: vec![contract.to_owned()], ..Scope::default() };
    prove(&scope, &|_, _| {}).expect("every embedded server starts")
}

/// Asserts one contract's matrix and gives the checks that spoke.
fn assert_matrix(contract: &str) -> BTreeSet<String> {
    let matrix = matrix(contract);
    let wrong: Vec<String> =
        matrix.wrong().map(|row| format!("{}: {}", row.id, row.problem.clone().unwrap_or_default())).collect();
    assert!(wrong.is_empty(), "{contract}: {wrong:#?}");
    snapshots().bind(|| insta::assert_snapshot!(format!("caught_first_{contract}"), first_column(&matrix)));
    matrix.rows.iter().flat_map(|row| row.first.iter().chain(&row.also).cloned()).collect()
}

/// Which check spoke first: stable, unlike the list of those that spoke too, which timing may change.
fn first_column(matrix: &Matrix) -> String {
    let mut text = String::new();
    for row in &matrix.rows {
        let first = row.first.as_deref().unwrap_or("silent");
        text.push_str(&format!("{:<44} {first}\n", row.id));
    }
    text
}

#[test]
fn every_fault_is_caught_and_every_lawful_server_left_in_peace() {
    let mut spoke = BTreeSet::new();
    for contract in ["flexportal", "flexprice", "maple"] {
        spoke.extend(assert_matrix(contract));
    }
    let mute: Vec<&str> = CATALOGUE
        .iter()
        .filter(|check| check.level == Level::Deny && !spoke.contains(check.id))
        .map(|check| check.id)
        .collect();
    assert!(mute.is_empty(), "no fault makes these checks speak: {mute:?}");
}
