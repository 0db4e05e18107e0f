//! Every fault that applies to a contract starts and really changes an answer.

mod mock_client;

use std::collections::BTreeSet;

use contract_gate::mock::{Options, faults};
use mock_client::{Client, board, depot, every_contract_and_ours, session};

fn every_fault_shows(name: &str) {
    let contract = every_contract_and_ours().into_iter().find(|contract| contract.name == name).expect("is shipped");
    let options = Options { population: Some(130), ..Options::default() };
    let lawful = session::run(&mut Client::new(&contract, &options), None).answers;
    assert!(!session::differs(&mut Client::new(&contract, &options), &lawful), "the lawful server is fickle");
    let mut silent = Vec::new();
    for fault in faults().iter().filter(|fault| fault.applies(&contract)) {
        let options = Options { fault: Some(fault), ..options.clone() };
        if !session::differs(&mut Client::new(&contract, &options), &lawful) {
            silent.push(fault.id);
        }
    }
    assert!(silent.is_empty(), "{name}: these faults change nothing: {silent:?}");
}

#[test]
fn every_fault_shows_on_flexportal() {
    every_fault_shows("flexportal");
}

#[test]
fn every_fault_shows_on_flexprice() {
    every_fault_shows("flexprice");
}

#[test]
fn every_fault_shows_on_maple() {
    every_fault_shows("maple");
}

#[test]
fn every_fault_shows_on_bookings() {
    every_fault_shows("bookings");
}

#[test]
fn the_catalogue_is_large_and_well_formed() {
    let mut ids = BTreeSet::new();
    let mut pairs = 0;
    let contracts: Vec<_> = every_contract_and_ours().into_iter().chain([board(), depot()]).collect();
    for fault in faults() {
        assert!(ids.insert(fault.id), "{} stands twice in the catalogue", fault.id);
        assert!(fault.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
        assert!(fault.summary.ends_with('.') && fault.summary.len() > 15, "{}", fault.id);
        let applies = contracts.iter().filter(|contract| fault.applies(contract)).count();
        pairs += applies;
    }
    let nowhere: Vec<&str> =
        faults().iter().filter(|fault| !contracts.iter().any(|c| fault.applies(c))).map(|fault| fault.id).collect();
    assert!(nowhere.is_empty(), "faults that make sense on no contract: {nowhere:?}");
    assert!(ids.len() >= 80 && pairs >= 120);
}
