//! Every variant starts, is lawful, and is odd.

mod mock_client;

use std::collections::BTreeSet;

use contract_gate::contract::Operation;
use contract_gate::mock::{Answer, Options, Variant, Wire, variants};
use mock_client::judge::judge;
use mock_client::{Client, Sent, every_contract_and_ours, forms, session};
use serde_json::{Value, json};

fn has_hiccups(variant: &Variant) -> bool {
    variant.id.starts_with("rate-limited") || matches!(variant.id, "one-hiccup" | "one-lost-connection")
}

/// Answers that a variant gives whatever is asked.
fn is_hiccup(variant: &Variant, answer: &Answer) -> bool {
    has_hiccups(variant) && (matches!(answer.status, 429 | 503) || answer.wire == Wire::Dropped)
}

fn lawful(client: &Client, variant: &Variant) {
    let moving = ["insertions", "changes", "deletions", "traffic"].iter().any(|word| variant.id.ends_with(word));
    let ask = |operation: &Operation, sent: Sent| {
        let mut answer = client.ask(operation, &sent);
        while is_hiccup(variant, &answer) {
            answer = client.ask(operation, &sent);
        }
        if answer.headers.iter().all(|(name, _)| name != "content-encoding") {
            judge(client, operation, &answer);
        }
        answer
    };
    for operation in &client.contract.operations {
        if let Some(reads) = &operation.clause.reads {
            let by_key = client.contract.resource(&reads.resource).is_some_and(|known| known.key == reads.by[0].key);
            let keys = client.server.access().known_keys.get(&reads.resource).cloned().filter(|_| by_key);
            let keys = keys.unwrap_or_default();
            for key in keys.iter().map(String::as_str).chain(["no-such-record"]) {
                let answer = ask(operation, vec![(reads.by[0].slot.clone(), json!(key))]);
                let expected = if key == "no-such-record" { 404 } else { 200 };
                let gone = variant.id == "gone-records" && answer.status == 404;
                assert!(answer.status == expected || moving || gone, "{} {key}: {}", variant.id, answer.status);
            }
        }
        let Some(lists) = &operation.clause.lists else { continue };
        let size = lists.page.size.as_ref().expect("a size");
        ask(operation, vec![(size.slot.clone(), json!(100_000))]);
        ask(operation, vec![(size.slot.clone(), json!("many"))]);
        if has_hiccups(variant) {
            continue;
        }
        let mut sent = vec![(size.slot.clone(), json!(20))];
        // An order that a server may insist on.
        if let Some(sort) = lists.sort.as_ref().filter(|sort| sort.omitted.is_some()) {
            let name = sort.values.keys().chain(sort.fields.keys()).next();
            sent.extend(sort.by.as_ref().zip(name).map(|(by, name)| (by.slot.clone(), json!(name))));
        }
        let walk = client.walk(operation, sent);
        let distinct: BTreeSet<&String> = walk.keys.iter().collect();
        let by_offset = lists.page.offset.is_some();
        assert!(distinct.len() == walk.keys.len() || (moving && by_offset), "{}: {}", variant.id, operation.id);
    }
}

fn every_variant_is_lawful(name: &str) {
    let contract = every_contract_and_ours().into_iter().find(|contract| contract.name == name).expect("is shipped");
    let small = Options { population: Some(130), ..Options::default() };
    let plain = session::run(&mut Client::new(&contract, &small), None).answers;
    let mut same = Vec::new();
    for variant in variants().iter().filter(|variant| variant.applies(&contract)) {
        lawful(&Client::new(&contract, &Options { variant: Some(variant), ..Options::default() }), variant);
        let mut client = Client::new(&contract, &Options { variant: Some(variant), ..small.clone() });
        // A client that accepts no compression sees none.
        if variant.id != "gzip-if-accepted" && !session::differs(&mut client, &plain) {
            same.push(variant.id);
        }
    }
    assert!(same.is_empty(), "{name}: these variants are not odd: {same:?}");
}

#[test]
fn every_variant_of_flexportal_is_lawful() {
    every_variant_is_lawful("flexportal");
}

#[test]
fn every_variant_of_flexprice_is_lawful() {
    every_variant_is_lawful("flexprice");
}

#[test]
fn every_variant_of_maple_is_lawful() {
    every_variant_is_lawful("maple");
}

#[test]
fn every_variant_of_bookings_is_lawful() {
    every_variant_is_lawful("bookings");
}

#[test]
fn populations_have_the_size_of_their_variant() {
    for contract in every_contract_and_ours() {
        let list = contract.operations.iter().find(|operation| operation.clause.lists.is_some()).expect("a list");
        let page =
            list.clause.lists.as_ref().and_then(|l| l.page.size.as_ref()?.default.as_ref()).expect("a size").value;
        let count = |id: &str| {
            let options = Options { variant: Variant::find(id), ..Options::default() };
            client_walk(&Client::new(&contract, &options), list).len()
        };
        assert_eq!(count("empty-collection"), 0);
        assert_eq!(count("one-record"), 1);
        assert_eq!(count("one-full-page") as u64, page);
        assert_eq!(count("one-more-than-a-page") as u64, page + 1);
    }
}

fn client_walk(client: &Client, list: &Operation) -> Vec<Value> {
    client.walk(list, Vec::new()).records
}

#[test]
fn the_catalogue_is_large() {
    let contracts: Vec<_> = every_contract_and_ours().into_iter().chain(forms()).collect();
    let ids: BTreeSet<&str> = variants().iter().map(|variant| variant.id).collect();
    let pairs: usize = variants().iter().map(|v| contracts.iter().filter(|c| v.applies(c)).count()).sum();
    assert!(ids.len() >= 30 && ids.len() == variants().len());
    assert!(pairs >= 100, "{pairs} pairs");
    assert!(variants().iter().all(|variant| contracts.iter().any(|contract| variant.applies(contract))));
}
