//! The embedded server is lawful: every answer fits its schema and rules, every walk is complete, every refusal is
//! documented.

mod mock_client;

use std::collections::BTreeSet;
use std::sync::Arc;

use contract_gate::contract::Operation;
use contract_gate::contract::semantics::{Match, Refusal, Slot};
use contract_gate::mock::{Answer, Options, start};
use mock_client::judge::judge;
use mock_client::{Client, Sent, every_contract, plain};
use serde_json::{Value, json};

fn lists(client: &Client) -> Vec<Operation> {
    client.contract.operations.iter().filter(|operation| operation.clause.lists.is_some()).cloned().collect()
}

#[test]
fn every_walk_is_complete_at_every_size() {
    for contract in every_contract() {
        let client = Client::new(&contract, &Options::default());
        for operation in lists(&client) {
            let whole = client.walk(&operation, Vec::new());
            assert!(whole.keys.len() >= 180, "{} lists {} records", operation.id, whole.keys.len());
            let distinct: BTreeSet<&String> = whole.keys.iter().collect();
            assert_eq!(distinct.len(), whole.keys.len(), "{}", operation.id);
            let size = operation.clause.lists.as_ref().and_then(|lists| lists.page.size.clone()).expect("a size");
            for records in [7, 50, 99] {
                let walk = client.walk(&operation, vec![(size.slot.clone(), Value::from(records))]);
                assert_eq!(walk.keys, whole.keys, "{} by {records}", operation.id);
                assert_eq!(walk.pages[0], records, "{}", operation.id);
            }
        }
    }
}

#[test]
fn filters_keep_exactly_what_matches() {
    for contract in every_contract() {
        let client = Client::new(&contract, &Options::default());
        for operation in lists(&client) {
            let clause = operation.clause.lists.clone().expect("a list");
            let whole = client.walk(&operation, Vec::new());
            for (name, filter) in &clause.filters {
                let Some(field) = &filter.field else { continue };
                let shown =
                    whole.records.iter().filter_map(|record| record.pointer(field)).find(|value| !value.is_null());
                let Some(value) = shown.filter(|value| **value != json!("")) else { continue };
                let sent = match (&filter.template, filter.matching) {
                    (Some(template), _) => fill(template, &plain(value)),
                    (None, Match::AnyOf) => json!([value]),
                    (None, _) => value.clone(),
                };
                let walk = client.walk(&operation, vec![(filter.slot.clone(), sent)]);
                assert!(!walk.keys.is_empty(), "{} {name}", operation.id);
                if matches!(filter.matching, Match::Equal | Match::AnyOf) {
                    assert!(
                        walk.records.iter().all(|record| record.pointer(field) == Some(value)),
                        "{} {name}",
                        operation.id
                    );
                    let expected = whole.records.iter().filter(|record| record.pointer(field) == Some(value)).count();
                    assert_eq!(walk.keys.len(), expected, "{} {name}", operation.id);
                }
            }
        }
    }
}

fn fill(template: &Value, text: &str) -> Value {
    serde_json::from_str(&template.to_string().replace("{value}", text)).expect("JSON")
}

#[test]
fn orders_lose_nothing() {
    for contract in every_contract() {
        let client = Client::new(&contract, &Options::default());
        for operation in lists(&client) {
            let clause = operation.clause.lists.clone().expect("a list");
            let Some(sort) = clause.sort else { continue };
            let by = sort.by.expect("a parameter").slot;
            let whole: BTreeSet<String> = client.walk(&operation, Vec::new()).keys.into_iter().collect();
            let mut orders = BTreeSet::new();
            for word in sort.fields.keys().chain(sort.values.keys()) {
                let walk = client.walk(&operation, vec![(by.clone(), Value::from(word.as_str()))]);
                assert_eq!(walk.keys.iter().cloned().collect::<BTreeSet<_>>(), whole, "{} {word}", operation.id);
                orders.insert(walk.keys);
            }
            assert!(orders.len() > 1, "{}", operation.id);
        }
    }
}

#[test]
fn every_answer_fits_the_document() {
    for contract in every_contract() {
        let client = Client::new(&contract, &Options::default());
        for operation in &contract.operations {
            if operation.clause.lists.is_some() {
                judge(&client, operation, &client.ask(operation, &Vec::new()));
                for expand in &operation.clause.expands {
                    let answer = client.ask(operation, &vec![(expand.slot.clone(), expand.value.clone())]);
                    judge(&client, operation, &answer);
                    assert!(String::from_utf8_lossy(&answer.body).contains(&expand.adds[1..]), "{}", operation.id);
                }
            }
            let Some(reads) = &operation.clause.reads else { continue };
            let list = lists(&client).remove(0);
            for record in client.walk(&list, Vec::new()).records {
                for by in &reads.by {
                    let key = record.pointer(&by.key).cloned().filter(|key| !key.is_null());
                    let Some(key) = key else { continue };
                    let answer = client.ask(operation, &vec![(by.slot.clone(), key.clone())]);
                    assert_eq!(answer.status, 200, "{} {key}", operation.id);
                    judge(&client, operation, &answer);
                    assert_eq!(
                        serde_json::from_slice::<Value>(&answer.body).expect("JSON"),
                        record,
                        "{}",
                        operation.id
                    );
                }
            }
        }
    }
}

fn expect(client: &Client, operation: &Operation, answer: &Answer, refusal: Option<&Refusal>, what: &str) {
    let refusal = refusal.unwrap_or_else(|| panic!("no class for {what}"));
    assert!(refusal.statuses.contains(&answer.status), "{} {what}: {}", operation.id, answer.status);
    judge(client, operation, answer);
}

#[test]
fn refusals_are_documented() {
    for contract in every_contract() {
        let client = Client::new(&contract, &Options::default());
        let stranger = Client { second: true, ..Client::new(&contract, &Options::default()) };
        let refusals = &contract.root.refusals;
        for operation in &contract.operations {
            let key: Sent = match &operation.clause.reads {
                Some(reads) => vec![(reads.by[0].slot.clone(), Value::from("no-such-record"))],
                None => Vec::new(),
            };
            let mut open: Sent = client.access(operation);
            open.retain(|(slot, _)| client.server.access().params.iter().any(|(known, _)| known == slot));
            open.extend(key.clone());
            let answer = client.server.answer(&client.request(operation, &open));
            expect(&client, operation, &answer, refusals.unauthenticated.as_ref(), "no credential");
            let mut wrong = client.access(operation);
            wrong[0].1 = Value::from("Bearer wrong");
            wrong.extend(key.clone());
            let answer = client.server.answer(&client.request(operation, &wrong));
            expect(&client, operation, &answer, refusals.unauthenticated.as_ref(), "wrong credential");
            if let Some((slot @ Slot::Header(_), _)) = client.server.access().params.first() {
                let mut homeless = client.access(operation);
                homeless.retain(|(known, _)| known != slot);
                homeless.extend(key.clone());
                let answer = client.server.answer(&client.request(operation, &homeless));
                expect(&client, operation, &answer, refusals.no_tenant.as_ref(), "no tenant");
            }
            if let Some(reads) = &operation.clause.reads {
                let answer = client.ask(operation, &key);
                expect(&client, operation, &answer, refusals.not_found.as_ref(), "unknown key");
                let list = lists(&client).remove(0);
                let foreign = stranger.walk(&list, Vec::new()).records;
                let foreign = foreign[0].pointer(&reads.by[0].key).expect("a key").clone();
                let answer = client.ask(operation, &vec![(reads.by[0].slot.clone(), foreign)]);
                expect(&client, operation, &answer, refusals.foreign.as_ref(), "foreign record");
            }
            if let Some(size) = operation.clause.lists.as_ref().and_then(|lists| lists.page.size.as_ref()) {
                for bad in [json!(-1), json!(100_000), json!("many")] {
                    let answer = client.ask(operation, &vec![(size.slot.clone(), bad.clone())]);
                    expect(&client, operation, &answer, refusals.invalid.as_ref(), &format!("size {bad}"));
                }
            }
        }
    }
}

#[test]
fn tenants_have_their_own_records() {
    for contract in every_contract() {
        let client = Client::new(&contract, &Options::default());
        let stranger = Client { second: true, ..Client::new(&contract, &Options::default()) };
        let list = lists(&client).remove(0);
        let ours: BTreeSet<String> = client.walk(&list, Vec::new()).keys.into_iter().collect();
        let theirs: BTreeSet<String> = stranger.walk(&list, Vec::new()).keys.into_iter().collect();
        assert!(theirs.len() > 10 && ours.is_disjoint(&theirs));
    }
}

#[test]
fn undocumented_paths_and_methods_are_refused() {
    for contract in every_contract() {
        let client = Client::new(&contract, &Options::default());
        let operation = lists(&client).remove(0);
        let mut request = client.request(&operation, &client.access(&operation));
        request.method = "DELETE".to_owned();
        assert_eq!(client.server.answer(&request).status, 405);
        request.path = "/nowhere".to_owned();
        assert_eq!(client.server.answer(&request).status, 404);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for contract in every_contract() {
        let (one, two) = (Client::new(&contract, &Options::default()), Client::new(&contract, &Options::default()));
        let other = Client::new(&contract, &Options { seed: 2, ..Options::default() });
        let operation = lists(&one).remove(0);
        let bytes = |client: &Client| client.ask(&operation, &Vec::new()).body;
        assert_eq!(bytes(&one), bytes(&two));
        assert_ne!(bytes(&one), bytes(&other));
    }
}

#[test]
fn five_thousand_records_are_lawful_too() {
    for contract in every_contract() {
        let client = Client::new(&contract, &Options { population: Some(5000), ..Options::default() });
        let operation = lists(&client).remove(0);
        let size = operation.clause.lists.as_ref().and_then(|lists| lists.page.size.clone()).expect("a size");
        assert!(client.walk(&operation, vec![(size.slot, json!(100))]).keys.len() > 4000);
    }
}

#[tokio::test]
async fn a_started_server_answers_over_http() {
    #[cfg(feature = "tls")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    for contract in every_contract() {
        let running = start(Arc::clone(&contract), Options::default()).expect("starts");
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer = http.get(format!("{}/nowhere", running.base_url())).send().await.expect("an answer");
        assert_eq!(answer.status(), 404);
        assert_eq!(running.requests(), 1);
        running.stop();
    }
}
