//! Whether an answer fits the document.

use contract_gate::contract::{Operation, Shape, Truth};
use contract_gate::finding::Level;
use contract_gate::mock::Answer;
use serde_json::{Value, json};

use super::Client;

/// Panics when an answer is undocumented, or its body breaks schema or a deny-level rule.
pub fn judge(client: &Client, operation: &Operation, answer: &Answer) {
    let text = String::from_utf8_lossy(&answer.body);
    let response = operation.response(answer.status);
    let response = response.unwrap_or_else(|| panic!("{}: undocumented {}", operation.id, answer.status));
    let content_type = answer.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
    let media = response.media_for(content_type.unwrap_or_default());
    let schema = media.and_then(|media| media.schema.as_deref()).unwrap_or_else(|| panic!("{}: {text}", operation.id));
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error}: {text}"));
    let errors = client.contract.checker(schema).expect("a checker").errors(&body, 3);
    assert!(errors.is_empty(), "{} {}: {errors:?} in {text}", operation.id, answer.status);
    let shape = client.contract.shapes.find(&client.contract.resolve(schema).0).expect("a shape");
    let status = json!({"status": answer.status, "headers": {}});
    client.contract.shapes.visit(shape, &body, &mut |pointer: &str, value: &Value, shapes: &[&Shape]| {
        for rule in shapes.iter().flat_map(|shape| &shape.rules) {
            let variables = [("self", value), ("response", &status)];
            let applies = rule.when.as_ref().is_none_or(|when| when.truth(&variables) == Truth::Holds);
            let weighs = rule.clause.about.level(false, Level::Deny) == Level::Deny && rule.clause.group.is_none();
            let broken = rule.rule.truth(&variables) == Truth::Broken;
            assert!(!(applies && weighs && broken), "{}: {} at {pointer}: {text}", operation.id, rule.clause.id);
        }
    });
}
