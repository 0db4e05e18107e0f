//! The embedded server: lawful without a fault, spoiled with one, odd but lawful as a variant.

mod mock_client;

use std::collections::BTreeSet;
use std::sync::Arc;

use contract_gate::mock::{Options, start};
use mock_client::{Client, every_contract};

#[test]
fn lawful_servers_start_on_every_contract() {
    for contract in every_contract() {
        let client = Client::new(&contract, &Options::default());
        for operation in contract.operations.iter().filter(|operation| operation.clause.lists.is_some()) {
            let walk = client.walk(operation, Vec::new());
            assert!(walk.keys.len() >= 100, "{} lists {} records", operation.id, walk.keys.len());
            let distinct: BTreeSet<&String> = walk.keys.iter().collect();
            assert_eq!(distinct.len(), walk.keys.len(), "{}", operation.id);
        }
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
