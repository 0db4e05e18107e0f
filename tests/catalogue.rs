//! The catalogue itself: ids, texts, faults, and the table in the README.

use std::collections::BTreeSet;

use contract_gate::checks::{CATALOGUE, FILES};
use contract_gate::mock;

#[test]
fn every_check_is_named_after_its_file_and_stands_in_the_catalogue() {
    let ids: Vec<String> = CATALOGUE.iter().map(|check| check.id.replace('-', "_")).collect();
    assert_eq!(ids, FILES, "an id differs from the name of its file");
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an id occurs twice");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/checks")).expect("the folder is there") {
        let path = entry.expect("readable").path();
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if text.lines().any(|line| line == "check! {") {
            assert!(ids.contains(&stem), "{stem}.rs defines a check that the catalogue does not list");
        }
    }
}

#[test]
fn every_check_says_why_with_an_example_and_a_source() {
    for check in CATALOGUE {
        let summary = check.summary();
        assert!(summary.ends_with('.') && summary.len() > 20, "{}: the first sentence is `{summary}`", check.id);
        for heading in ["## Why it matters", "## Example", "## Source"] {
            assert!(check.explanation.contains(heading), "{}: `{heading}` is missing", check.id);
        }
    }
}

#[test]
fn every_check_names_faults_that_exist() {
    let known: BTreeSet<&str> = mock::faults().iter().map(|fault| fault.id).collect();
    let missing: Vec<String> = CATALOGUE
        .iter()
        .flat_map(|check| {
            check.faults.iter().filter(|fault| !known.contains(**fault)).map(|fault| format!("{}: {fault}", check.id))
        })
        .collect();
    assert!(missing.is_empty(), "no such faults: {missing:#?}");
    let unproved: Vec<&str> = CATALOGUE.iter().filter(|check| check.faults.is_empty()).map(|check| check.id).collect();
    assert!(unproved.is_empty(), "checks without a fault: {unproved:?}");
}

/// The tables of `contract-gate list --format markdown`, one heading deeper; `INSTA_UPDATE=always` writes them there.
#[test]
fn the_readme_lists_every_check() {
    const MARKS: [&str; 2] = ["<!-- checks:begin -->\n", "<!-- checks:end -->"];
    let list = std::process::Command::new(env!("CARGO_BIN_EXE_contract-gate"))
        .args(["list", "--format", "markdown"])
        .output()
        .expect("the binary runs");
    let list = String::from_utf8(list.stdout).expect("UTF-8");
    let (_, tables) = list.split_once("\n## ").expect("a heading for each family");
    let (tables, _) = tables.split_once("\n## diff rules").expect("the rules of diff stand behind the checks");
    let tables = format!("\n## {tables}\n").replace("\n## ", "\n### ");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).expect("UTF-8");
    let (before, rest) = readme.split_once(MARKS[0]).expect("the README has the table between its markers");
    let (listed, after) = rest.split_once(MARKS[1]).expect("the README has the table between its markers");
    if listed != tables && std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(path, [before, MARKS[0], &tables, MARKS[1], after].concat()).expect("writable");
        return;
    }
    assert_eq!(listed, tables, "accept it with `INSTA_UPDATE=always cargo test --test catalogue`");
}

/// Which check names a fault first is kept in `snapshots/witnesses`, reviewed by hand; here only that somebody does.
#[test]
fn every_fault_is_named_by_a_check() {
    use contract_gate::contract::Contract;
    let ids: BTreeSet<&str> = CATALOGUE.iter().map(|check| check.id).collect();
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/bookings.yaml");
    for name in Contract::SHIPPED.into_iter().chain([own]) {
        let contract = Contract::open(name).expect("is sound");
        let path = format!("{}/snapshots/witnesses/{}.snap", env!("CARGO_MANIFEST_DIR"), contract.name);
        let snapshot = std::fs::read_to_string(&path).expect("the snapshot is there");
        let named: BTreeSet<(&str, &str)> = snapshot.lines().filter_map(|line| line.split_once(' ')).collect();
        let fits = mock::faults().iter().filter(|fault| fault.applies(&contract) && !fault.tolerated);
        let steady = fits.filter(|fault| !fault.is_rare());
        let unnamed: Vec<&str> = steady
            .map(|fault| fault.id)
            .filter(|id| {
                let first = named.iter().find(|(fault, _)| fault == id).map(|(_, said)| said.trim());
                let named = |said: &str| said.split([' ', ',']).any(|word| ids.contains(word));
                !first.is_some_and(|said| said == "no verdict" || named(said))
            })
            .collect();
        assert!(unnamed.is_empty(), "{name}: faults that no check names, see CONTRIBUTING.md: {unnamed:?}");
    }
}

#[test]
fn the_catalogue_is_a_snapshot() {
    let lines: Vec<String> = CATALOGUE
        .iter()
        .map(|check| {
            let faults = check.faults.join(", ");
            format!(
                "{} {} {}: {}\n  proved by {faults}",
                check.family.name(),
                check.level.name(),
                check.id,
                check.summary()
            )
        })
        .collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("catalogue", lines.join("\n")));
}
