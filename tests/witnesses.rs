//! The kill matrix as a test: the lawful servers and telling faults always, odd forms and all faults on demand.
//!
//! What the matrix says is kept in `snapshots/witnesses`, reviewed by hand; that the checks' own claims and the written
//! reasons agree with it is looked up there, each time.

use std::collections::{BTreeMap, BTreeSet};

use contract_gate::checks::CATALOGUE;
use contract_gate::contract::Contract;
use contract_gate::finding::Level;
use contract_gate::mock;
use contract_gate::prove::{Kind, Matrix, Row, Scope, prove};

/// The shipped contracts, and two of our own that promise what they leave open.
const CONTRACTS: [&str; 5] = [
    "flexportal",
    "flexprice",
    "maple",
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/bookings.yaml"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/pages.yaml"),
];

fn matrix(contract: &str, only: Vec<String>) -> Matrix {
    let scope = Scope { contracts: vec![contract.to_owned()], only, ..Scope::default() };
    prove(&scope, &|_, _| {}).expect("every embedded server starts")
}

#[test]
fn the_lawful_servers_are_left_in_peace() {
    for contract in CONTRACTS {
        let matrix = matrix(contract, vec!["lawful".to_owned()]);
        let accused: Vec<_> = matrix.wrong().map(|row| row.problem.clone()).collect();
        assert!(accused.is_empty(), "{contract}: {accused:?}");
    }
}

#[test]
fn a_record_that_may_be_gone_is_noted() {
    let matrix = matrix("flexportal", vec!["gone-records".to_owned()]);
    let row = matrix.rows.first().expect("the document says which records may be gone");
    let noted = row.noted.iter().any(|spoke| spoke == "listed-record-unreadable");
    assert!(row.right && noted, "{:?} and {:?}", row.problem, row.noted);
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
    for contract in CONTRACTS {
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
        CONTRACTS.iter().map(|name| (*name, Contract::open(name).expect("is sound"))).collect();
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
    assert!(mute.is_empty(), "deny-level checks that no fault makes speak at deny level: {mute:?}");
}

/// Which check speaks first on which fault, and which others do: the first has to name the cause, the others what follows
/// from it. Why that is right stands in `overlaps.toml` beside the snapshots. Faults that come now and then show in
/// different places each time and stand in no snapshot.
#[test]
#[ignore = "several minutes: runs every fault; run it with `cargo test --release --test witnesses -- --ignored`"]
fn the_cause_is_named_first() {
    for contract in CONTRACTS {
        let steady = mock::faults().iter().filter(|fault| !fault.is_rare());
        let matrix = matrix(contract, steady.map(|fault| fault.id.to_owned()).collect());
        let idle: Vec<&str> = matrix
            .rows
            .iter()
            .filter(|row| row.kind == Kind::Fault && row.not_applicable.is_some())
            .map(|row| &*row.id)
            .collect();
        assert!(idle.is_empty(), "{contract}: faults that no request of the run met: {idle:?}");
        let lines: Vec<String> = matrix.rows.iter().filter(|row| row.kind != Kind::Lawful).map(line).collect();
        let name = Contract::open(contract).expect("is sound").name;
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/witnesses"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, lines.join("\n")));
    }
}

/// `FAULT  FIRST + OTHERS ~ NOTED`: of those that only warn or note, the ones that name the fault as theirs.
fn line(row: &Row) -> String {
    let nobody = match (row.kind, &row.not_applicable) {
        (Kind::Tolerated, _) => "tolerated",
        // A fault that shows in no answer is caught by nobody: the checks have stopped asking where it would.
        (_, Some(_)) => "not applicable",
        (_, None) => "no verdict",
    };
    let mut text = format!("{:<42} {}", row.id, row.first.as_deref().unwrap_or(nobody));
    if !row.also.is_empty() {
        text += &format!(" + {}", row.also.join(", "));
    }
    let claims = |id: &&String| CATALOGUE.iter().any(|check| check.id == **id && check.faults.contains(&&*row.id));
    let noted: Vec<&str> = row.noted.iter().filter(claims).map(String::as_str).collect();
    if !noted.is_empty() {
        text += &format!(" ~ {}", noted.join(", "));
    }
    text
}

/// What the reviewed snapshots say of a fault on a contract.
struct Said {
    fault: String,
    first: String,
    also: Vec<String>,
    noted: Vec<String>,
}

fn snapshots() -> Vec<Said> {
    let list = |text: &str| text.split(", ").filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let mut all = Vec::new();
    for contract in CONTRACTS {
        let name = Contract::open(contract).expect("is sound").name;
        let path = format!("{}/snapshots/witnesses/{name}.snap", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("the snapshot is there");
        for line in text.splitn(3, "---").nth(2).expect("a body below its head").lines() {
            let Some((fault, said)) = line.split_once(' ') else { continue };
            let (said, noted) = said.split_once(" ~ ").unwrap_or((said, ""));
            let (first, also) = said.split_once(" + ").unwrap_or((said, ""));
            all.push(Said {
                fault: fault.to_owned(),
                first: first.trim().to_owned(),
                also: list(also),
                noted: list(noted),
            });
        }
    }
    all
}

/// A check that names a fault as its proof is made to speak by it on some contract.
#[test]
fn every_check_is_proved_by_the_faults_that_it_names() {
    let said = snapshots();
    let speaks = |check: &str, fault: &str| {
        let here = |one: &&Said| one.fault == fault;
        said.iter()
            .filter(here)
            .any(|one| one.first == check || one.also.iter().chain(&one.noted).any(|other| other == check))
    };
    let rare = |id: &str| mock::Fault::find(id).is_some_and(mock::Fault::is_rare);
    let unproved: Vec<String> = CATALOGUE
        .iter()
        .flat_map(|check| check.faults.iter().map(move |fault| (check.id, *fault)))
        .filter(|(check, fault)| !rare(fault) && !speaks(check, fault))
        .map(|(check, fault)| format!("{check} by {fault}"))
        .collect();
    assert!(unproved.is_empty(), "claimed, but not so in snapshots/witnesses: {unproved:#?}");
}

/// Checks that speak after the one that names the cause, and why that is right.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlap {
    first: Vec<String>,
    also: Vec<String>,
    reason: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlaps {
    overlap: Vec<Overlap>,
}

#[test]
fn every_overlap_has_a_reason_and_every_reason_an_overlap() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/witnesses/overlaps.toml");
    let text = std::fs::read_to_string(path).expect("the reasons are there");
    let reasons: Overlaps = toml::from_str(&text).expect("TOML of this form");
    let mut open: BTreeMap<(String, String), String> = BTreeMap::new();
    for said in snapshots() {
        for also in said.also {
            open.entry((said.first.clone(), also)).or_insert_with(|| said.fault.clone());
        }
    }
    let pairs = open.clone();
    let mut stale = Vec::new();
    for overlap in &reasons.overlap {
        assert!(overlap.reason.ends_with('.') && overlap.reason.len() > 20, "no reason: {:?}", overlap.reason);
        let fits = |first: &String, also: &String| overlap.first.contains(first) && overlap.also.contains(also);
        let idle = |id: &&String, by: fn(&(String, String)) -> &String| {
            !pairs.keys().any(|pair| fits(&pair.0, &pair.1) && by(pair) == *id)
        };
        stale.extend(overlap.first.iter().filter(|id| idle(id, |pair| &pair.0)).cloned());
        stale.extend(overlap.also.iter().filter(|id| idle(id, |pair| &pair.1)).cloned());
        open.retain(|(first, also), _| !fits(first, also));
    }
    assert!(open.is_empty(), "overlaps without a reason in {path}, each with a fault that shows it: {open:#?}");
    assert!(stale.is_empty(), "reasons for overlaps that are no more: {stale:?}");
}
