//! Documents as frameworks write them: the embedded server keeps what they say, its odd forms are left in peace, and each
//! fault is named by its check. What a document gives a fault nothing to spoil is told as such.

mod proving;

use contract_gate::prove::{Matrix, Row, Scope, prove};

const DEPOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/depot.yaml");

fn matrix(only: &[&str]) -> Matrix {
    proving::matrix("depot", only)
}

fn row<'a>(matrix: &'a Matrix, id: &str) -> &'a Row {
    matrix.rows.iter().find(|row| row.id == id).unwrap_or_else(|| panic!("{id} makes sense there"))
}

#[test]
fn what_frameworks_write_is_served_lawfully() {
    let odd =
        ["lawful", "clamps", "counting-tokens", "one-full-page", "whole-numbers-with-point", "constant-deletions"];
    let matrix = matrix(&odd);
    assert_eq!(matrix.rows.len(), odd.len());
    let accused: Vec<_> = matrix.wrong().map(|row| (row.id.clone(), row.problem.clone())).collect();
    assert!(accused.is_empty(), "{accused:?}");
    let lawful = row(&matrix, "lawful");
    assert!(lawful.noted.is_empty() && lawful.requests > 100, "{lawful:?}");
}

/// Faults, with the check that names each first.
const NAMED: [(&str, &str); 5] = [
    ("past-end-repeats-last-page", "past-end-mishandled"),
    ("offset-echo-wrong", "wrong-offset-echo"),
    ("filter-unknown-value-ignored", "filter-unknown-value-mishandled"),
    ("every-third-record-not-found", "listed-record-unreadable"),
    ("hostile-id-server-error", "server-error"),
];

#[test]
fn faults_of_such_servers_are_named_by_their_checks() {
    let faults: Vec<&str> = NAMED.iter().map(|(fault, _)| *fault).collect();
    let matrix = matrix(&faults);
    for (fault, check) in NAMED {
        let row = row(&matrix, fault);
        assert!(row.right && row.first.as_deref() == Some(check), "{fault}: {:?}, then {:?}", row.first, row.also);
    }
}

#[test]
fn a_fault_that_no_answer_shows_is_not_applicable() {
    let matrix = matrix(&["path-cut-at-slash", "duplicate-keys"]);
    let idle = row(&matrix, "path-cut-at-slash");
    assert!(idle.right && idle.first.is_none(), "{idle:?}");
    assert!(idle.not_applicable.as_deref().is_some_and(|why| why.contains("shows it")), "{idle:?}");
    let noted = row(&matrix, "duplicate-keys");
    assert!(noted.right && noted.is_only_noted() && noted.not_applicable.is_none(), "{noted:?}");
    let table = matrix.table(false);
    assert!(table.contains("not applicable: none of the") && table.contains("noted by repeated-member"), "{table}");
}

#[test]
fn an_overlay_is_laid_over_what_is_proved() {
    let path = std::env::temp_dir().join(format!("contract-gate-overlay-{}.yaml", std::process::id()));
    let head = "overlay: 1.0.0\ninfo: {title: Fewer, version: 1.0.0}\n";
    let text = format!("{head}actions:\n  - {{target: \"$['x-mock']\", update: {{population: 3}}}}\n");
    std::fs::write(&path, text).expect("written");
    let scope = Scope {
        contracts: vec![DEPOT.to_owned()],
        overlay: Some(path.clone()),
        only: vec!["lawful".to_owned()],
        ..Scope::default()
    };
    let few = prove(&scope, &|_, _| {}).expect("the embedded server starts");
    let _ = std::fs::remove_file(&path);
    let (few, all) = (row(&few, "lawful").requests, row(&matrix(&["lawful"]), "lawful").requests);
    assert!(few < all, "three records take fewer requests: {few} and {all}");
}
