//! A finding carries the smallest case that still shows it: what the embedded server is spoiled by says what that is.

use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::engine::{Options, check};
use contract_gate::finding::Level;
use contract_gate::mock::{self, Fault};
use contract_gate::prove::identities;
use contract_gate::target::{Limits, Target};

/// The requests of the first deny-level finding of a check, without their access.
async fn requests(contract: &str, fault: &str, id: &str) -> Vec<String> {
    let contract = Arc::new(Contract::shipped(contract).expect("is shipped"));
    let fault = Fault::find(fault).expect("is in the catalogue");
    let server = mock::start(Arc::clone(&contract), mock::Options { fault: Some(fault), ..mock::Options::default() });
    let server = server.expect("starts");
    let (own, second) = identities(&server);
    let target = Target::new(server.base_url(), own, second, Limits::default()).expect("a base URL");
    let checked = check(contract, Arc::new(target), &Options::default(), &mut |_| {}).await;
    let mut found = checked.findings.iter().filter(|finding| finding.level == Level::Deny && finding.id == id);
    let finding = found.next().unwrap_or_else(|| panic!("{} is not named by {id}", fault.id));
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
