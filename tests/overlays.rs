//! The overlays that are shipped beside the documents: sound, kept by their own server, and telling drift from it.

use std::path::Path;
use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::gate::{Checked, Gate};
use contract_gate::lint;
use contract_gate::mock::{self, Options};
use contract_gate::target::Identity;

const BASE: &str = "openapi/flexprice.yaml";
const CURRENT: &str = "openapi/overlays/flexprice-current.yaml";

fn current() -> Contract {
    Contract::open_with(BASE, Some(Path::new(CURRENT))).expect("the overlay fits the document")
}

/// Checks the embedded server of a contract against the overlaid document.
fn check(served: Contract) -> Checked {
    let server = mock::start(Arc::new(served), Options::default()).expect("the embedded server starts");
    let (_, second) = Identity::pair(server.access());
    let gate = Gate::new(current()).base_url(server.base_url()).token(&server.access().token);
    let checked = gate.second_tenant(second.expect("two tenants")).check_blocking().expect("a set-up that works");
    server.stop();
    checked
}

#[test]
fn the_overlaid_document_is_sound() {
    let linted = lint::file_with(BASE, Some(Path::new(CURRENT))).expect("both can be read");
    assert!(linted.findings.is_empty(), "{:?}", linted.findings);
}

#[test]
fn flat_customers_keep_the_profile_of_today() {
    let contract = current();
    assert!(!contract.has_client, "the client is generated from the document without the overlay");
    let checked = check(contract);
    assert!(checked.conforms(), "{checked}");
}

#[test]
fn the_server_of_the_former_age_is_told_apart() {
    let checked = check(Contract::shipped("flexprice").expect("is shipped"));
    let broken = checked.findings().filter(|finding| finding.id == "broken-rule");
    let places: Vec<_> = broken.filter_map(|finding| finding.place.as_ref()).collect();
    assert!(!places.is_empty(), "{checked}");
    assert!(places.iter().all(|place| place.file == CURRENT), "rules of the overlay stand in it: {places:?}");
    assert!(checked.findings().any(|finding| finding.id == "missing-required-field"), "{checked}");
}
