//! A finding carries the smallest case that still shows it: what the embedded server is spoiled by says what that is.

use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::engine::{Checked, Options, check};
use contract_gate::event::Event;
use contract_gate::finding::{Level, Stability};
use contract_gate::mock::{self, Fault, Running};
use contract_gate::target::{Limits, Target};

/// What a run finds on a server that is spoiled by a fault, with the server and the remarks.
async fn found(contract: &str, fault: &str, options: &Options) -> (Checked, Running, Vec<String>) {
    let contract = Arc::new(Contract::shipped(contract).expect("is shipped"));
    let fault = Fault::find(fault).expect("is in the catalogue");
    let server = mock::start(Arc::clone(&contract), mock::Options { fault: Some(fault), ..mock::Options::default() });
    let server = server.expect("starts");
    let target = Target::embedded(&server, Limits::default()).expect("a base URL");
    let mut remarks = Vec::new();
    let mut listen = |event| {
        if let Event::ContractFinished(finished) = event {
            remarks = finished.remarks;
        }
    };
    let checked = check(contract, Arc::new(target), options, &mut listen).await;
    (checked, server, remarks)
}

/// The requests of the first deny-level finding of a check, without their access.
async fn requests(contract: &str, fault: &str, id: &str) -> Vec<String> {
    let (checked, server, _) = found(contract, fault, &Options::default()).await;
    let mut found = checked.findings.iter().filter(|finding| finding.level == Level::Deny && finding.id == id);
    let finding = found.next().unwrap_or_else(|| panic!("{fault} is not named by {id}"));
    let address = |curl: &String| {
        let quoted = curl.split('\'').find(|part| part.starts_with("http")).expect("an address in quotes");
        quoted.trim_start_matches(server.base_url()).to_owned()
    };
    finding.curl.iter().map(address).collect()
}

#[tokio::test]
async fn what_every_page_shows_needs_nothing_but_the_list() {
    assert_eq!(requests("flexportal", "count-wrong", "wrong-count").await, ["/v1/customers"]);
    assert_eq!(requests("flexprice", "offset-echo-wrong", "wrong-offset-echo").await, ["/v1/customers"]);
}

#[tokio::test]
async fn sizes_shrink_to_one() {
    assert_eq!(requests("flexportal", "page-exceeds-size", "page-exceeds-size").await, ["/v1/customers?limit=1"]);
    assert_eq!(requests("flexprice", "total-off-by-one", "wrong-total").await, ["/v1/customers?limit=1"]);
    assert_eq!(requests("flexprice", "size-echo-wrong", "wrong-size-echo").await, ["/v1/customers?limit=1"]);
}

#[tokio::test]
async fn a_filter_that_does_nothing_is_shown_by_it_alone_on_a_small_page() {
    let sent = requests("flexportal", "filter-ignored", "filter-ignored").await;
    let [one] = sent.as_slice() else { panic!("one request shows it: {sent:?}") };
    let size: u64 = one
        .strip_prefix("/v1/customers?limit=")
        .and_then(|rest| rest.strip_suffix("&status=active"))
        .and_then(|size| size.parse().ok())
        .unwrap_or_else(|| panic!("nothing but size and filter: {one}"));
    assert!(size < 10, "{one}");
}

#[tokio::test]
async fn what_was_not_looked_at_again_says_so() {
    let stability = |checked: &Checked| {
        let mut denied = checked.findings.iter().filter(|finding| finding.level == Level::Deny);
        denied.next().map(|finding| finding.stability)
    };
    let (checked, ..) = found("flexportal", "count-wrong", &Options::default()).await;
    assert_eq!(stability(&checked), Some(Stability::Reproduced));
    let spent = Options { repeat_budget: 0, ..Options::default() };
    let (checked, _, remarks) = found("flexportal", "count-wrong", &spent).await;
    assert_eq!(stability(&checked), Some(Stability::Unconfirmed));
    assert!(remarks.iter().any(|remark| remark.contains("without looking again")), "{remarks:?}");
}
