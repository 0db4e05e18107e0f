//! One fault of paging shows in every comparison of walks: it is told once, with what may follow from it in a line each.

use std::process::Command;
use std::sync::Arc;

use contract_gate::checks::CATALOGUE;
use contract_gate::contract::Contract;
use contract_gate::engine::{Checked, Options, check};
use contract_gate::event::{Event, Outcome};
use contract_gate::finding::Level;
use contract_gate::mock::{self, Fault};
use contract_gate::target::{Limits, Target};

/// What a run finds on a spoiled server, and why verdicts stay open.
async fn found(contract: &str, fault: &str) -> (Checked, Vec<String>) {
    let contract = Arc::new(Contract::shipped(contract).expect("is shipped"));
    let fault = Some(Fault::find(fault).expect("is in the catalogue"));
    let server = mock::start(Arc::clone(&contract), mock::Options { fault, ..mock::Options::default() });
    let server = server.expect("starts");
    let target = Target::embedded(&server, Limits::default()).expect("a base URL");
    let mut open = Vec::new();
    let mut listen = |event| {
        if let Event::Judged(judged) = event
            && let Outcome::Inconclusive { reason, .. } = judged.outcome
        {
            open.push(reason);
        }
    };
    let checked = check(contract, Arc::new(target), &Options::default(), &mut listen).await;
    (checked, open)
}

#[test]
fn what_a_check_explains_stands_in_the_catalogue() {
    for check in CATALOGUE {
        for id in check.explains {
            assert!(CATALOGUE.iter().any(|other| other.id == *id), "{} explains `{id}`, which is no check", check.id);
        }
    }
}

#[tokio::test]
async fn what_skipped_records_spoil_follows_from_them() {
    let (checked, open) = found("flexportal", "record-skipped").await;
    let cause = &checked.findings[0];
    assert_eq!((cause.id.as_str(), &cause.follows), ("record-skipped", &None));
    let own: Vec<_> = checked.findings.iter().filter(|finding| finding.id != "record-skipped").collect();
    assert!(own.len() > 5, "{own:?}");
    for finding in own {
        assert_eq!(finding.follows.as_ref(), Some(&cause.fingerprint), "{}: {}", finding.id, finding.title);
        assert_ne!(finding.id, "walk-ends-early", "the walks end where the list ends");
    }
    assert!(!open.is_empty());
    assert!(open.iter().all(|reason| reason.ends_with("see `record-skipped`")), "{open:?}");
}

#[tokio::test]
async fn what_has_another_cause_follows_from_nothing() {
    let others = [("flexportal", "sort-ignored"), ("maple", "filter-ignored"), ("flexprice", "total-off-by-one")];
    for (contract, fault) in others {
        let (checked, _) = found(contract, fault).await;
        let deny = checked.findings.iter().filter(|finding| finding.level == Level::Deny);
        let follows: Vec<_> = deny.filter(|finding| finding.follows.is_some()).collect();
        assert!(follows.is_empty(), "{fault}: {follows:?}");
    }
}

fn report(arguments: &[&str]) -> String {
    let mut gate = Command::new(env!("CARGO_BIN_EXE_contract-gate"));
    gate.args(["check", "flexportal", "--fault", "record-skipped"]).args(arguments).env("NO_COLOR", "1");
    let output = gate.output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn consequences_take_a_line_each_and_minus_v_shows_them() {
    let short = report(&[]);
    let at = short.find("    follows:  ").expect("what follows is told");
    assert!(short.find("✗ deny  record-skipped  #1").is_some_and(|cause| cause < at), "{short}");
    assert!(short[at..].contains("✗ filter-drops-records: filter `status` drops records that fit"), "{short}");
    assert!(!short.contains("deny  filter-drops-records"), "{short}");
    assert!(report(&["-v"]).contains("deny  filter-drops-records"));
}

#[tokio::test]
async fn what_differs_while_the_version_stands_still_is_named() {
    let (checked, open) = found("flexportal", "array-reordered-each-time").await;
    assert!(checked.findings.iter().all(|finding| finding.level < Level::Deny), "{:?}", checked.findings);
    let named = |reason: &String| reason.contains("`/orderIds` differs in its order from one answer to the next");
    assert!(open.iter().any(named), "{open:?}");
}
