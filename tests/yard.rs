//! What a contract leaves open is nobody's fault: unknown parameters, what lies behind the end of a list, how texts
//! compare. What cannot be explained so is named all the same, and by its cause.

mod proving;

use std::collections::BTreeMap;
use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::engine::{Checked, Options, check};
use contract_gate::event::Event;
use contract_gate::finding::{Finding, Level};
use contract_gate::mock::{self, Fault, Variant};
use contract_gate::prove::Matrix;
use contract_gate::target::{Limits, Target};

const YARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/yard.yaml");

fn matrix(only: &[&str]) -> Matrix {
    proving::matrix("yard", only)
}

/// What a run on a spoiled or odd server comes to, with the outcome of each check on each operation and the remarks.
struct Ran {
    checked: Checked,
    outcomes: BTreeMap<(String, String), String>,
    remarks: Vec<String>,
}

async fn run(fault: Option<&str>, variant: Option<&str>) -> Ran {
    let contract = Arc::new(Contract::open(YARD).expect("is sound"));
    let fault = fault.map(|id| Fault::find(id).expect("is in the catalogue"));
    let variant = variant.map(|id| Variant::find(id).expect("is in the catalogue"));
    let spoiled = mock::Options { fault, variant, ..mock::Options::default() };
    let server = mock::start(Arc::clone(&contract), spoiled).expect("starts");
    let target = Arc::new(Target::embedded(&server, Limits::default()).expect("a base URL"));
    let (mut outcomes, mut remarks) = (BTreeMap::new(), Vec::new());
    let mut listen = |event: Event| match event {
        Event::Judged(judged) => {
            outcomes.insert((judged.check, judged.operation), judged.outcome.name().to_owned());
        }
        Event::ContractFinished(finished) => remarks = finished.remarks,
        _ => {}
    };
    let checked = check(contract, target, &Options::default(), &mut listen).await;
    Ran { checked, outcomes, remarks }
}

fn first(ran: &Ran) -> &Finding {
    ran.checked.findings.iter().find(|finding| finding.level == Level::Deny).expect("something is found")
}

#[test]
fn what_is_left_open_accuses_nobody() {
    let open = ["lawful", "undeclared-parameters-filter", "strict-parameters", "last-page-again", "everything-ties"];
    let matrix = matrix(&[&open[..], &["one-full-page", "one-more-than-a-page", "trace-fails"]].concat());
    assert_eq!(matrix.rows.len(), 8);
    let accused: Vec<_> = matrix.wrong().map(|row| (row.id.clone(), row.problem.clone())).collect();
    assert!(accused.is_empty(), "{accused:?}");
}

/// Faults with the check that names each first.
const NAMED: [(&str, &str); 12] = [
    ("total-off-by-one", "wrong-total"),
    ("total-too-high-behind-last-page", "wrong-total"),
    ("offset-ignored", "record-repeated"),
    ("record-repeated-once", "record-repeated"),
    ("order-ignored-after-first-page", "cursor-loses-order"),
    ("filter-ignored-after-first-page", "cursor-loses-filter"),
    ("bound-read-loosely", "filter-lets-foreign-through"),
    ("sort-ignored", "sort-ignored"),
    ("sort-reversed", "sort-order-wrong"),
    ("sort-direction-ignored", "sort-direction-ignored"),
    ("sort-swaps-two-late", "sort-order-wrong"),
    ("sort-within-page-only", "sort-order-wrong"),
];

#[test]
fn faults_are_named_by_their_cause() {
    let faults: Vec<&str> = NAMED.iter().map(|(fault, _)| *fault).collect();
    let matrix = matrix(&faults);
    for (fault, check) in NAMED {
        let row = matrix.rows.iter().find(|row| row.id == fault).expect("the fault makes sense there");
        assert!(row.right && row.first.as_deref() == Some(check), "{fault}: {:?}, then {:?}", row.first, row.also);
    }
}

#[tokio::test]
async fn nothing_is_sent_that_nobody_promises_to_handle() {
    let ran = run(None, None).await;
    for operation in ["listParts", "searchParts"] {
        let outcome = &ran.outcomes[&("unknown-parameter-mishandled".to_owned(), operation.to_owned())];
        assert_eq!(outcome, "not-applicable", "{operation}");
    }
    assert!(ran.checked.findings.is_empty(), "{:?}", ran.checked.findings);
}

#[tokio::test]
async fn a_bound_on_texts_that_collations_order_differently_is_said_to_be_untried() {
    let ran = run(None, None).await;
    let untried: Vec<&String> = ran.remarks.iter().filter(|remark| remark.contains("not tried")).collect();
    let [one] = untried.as_slice() else { panic!("one filter is left untried: {untried:?}") };
    assert!(one.contains("`shelf`") && one.contains("collation") && !one.contains("`from`"), "{one}");
}

#[tokio::test]
async fn a_part_that_many_records_share_shows_what_becomes_of_later_pages() {
    let ran = run(Some("filter-ignored-after-first-page"), None).await;
    let lost = |name: &str| {
        let title = format!("filter `{name}` is lost after the first page");
        ran.checked.findings.iter().any(|finding| finding.title == title)
    };
    assert!(lost("name") && lost("from"), "{:?}", ran.checked.findings);
}

#[tokio::test]
async fn a_total_that_counts_the_page_ends_no_walk() {
    let ran = run(Some("total-is-page-count"), None).await;
    assert_eq!(first(&ran).id, "wrong-total");
    for check in ["size-not-kept", "token-unstable", "cursor-loses-filter", "cursor-loses-order"] {
        assert_eq!(ran.outcomes[&(check.to_owned(), "listParts".to_owned())], "passed", "{check}");
    }
}

#[tokio::test]
async fn a_time_to_come_again_that_the_document_requires_is_missed() {
    let ran = run(Some("retry-after-missing"), None).await;
    let noted = ran.checked.findings.first().expect("it is noted");
    assert_eq!((noted.id.as_str(), noted.level), ("asks-for-patience", Level::Note));
    assert_eq!(noted.title, "status 429 asked for patience and did not say when");
    let ran = run(None, Some("rate-limited-until-a-date")).await;
    let [noted] = ran.checked.findings.as_slice() else { panic!("one note: {:?}", ran.checked.findings) };
    assert_eq!(noted.title, "status 429 asked for patience");
}

#[tokio::test]
async fn many_findings_do_not_cost_many_requests() {
    let green = run(None, None).await.checked.requests;
    let red = run(Some("size-ignored"), None).await;
    assert!(red.checked.findings.len() > 15, "{}", red.checked.findings.len());
    assert!(red.checked.requests < green * 3, "{} instead of {green}", red.checked.requests);
    assert!(red.remarks.iter().any(|remark| remark.contains("not by the smallest case")), "{:?}", red.remarks);
}
