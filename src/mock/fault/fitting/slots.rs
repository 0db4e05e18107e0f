//! What the parameters of filters take.

use serde_json::Value;

use crate::contract::semantics::{Filter, Slot};
use crate::contract::{Contract, Operation};

/// Values that the parameter of a filter allows; empty if it allows any.
pub(in crate::mock::fault) fn choices(operation: &Operation, contract: &Contract, filter: &Filter) -> Vec<Value> {
    enumerated(contract, &slot_schema(operation, contract, &filter.slot))
}

/// The values that a schema enumerates, itself or by its parts.
fn enumerated(contract: &Contract, schema: &Value) -> Vec<Value> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.clone();
    }
    let parts = |keyword: &str| -> Vec<Vec<Value>> {
        let parts = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        let resolved = parts.map(|part| match part.get("$ref").and_then(Value::as_str) {
            Some(reference) => contract.resolve(reference.trim_start_matches('#')).1,
            None => part,
        });
        let real = resolved.filter(|part| part.get("type").and_then(Value::as_str) != Some("null"));
        real.map(|part| part.get("enum").and_then(Value::as_array).cloned().unwrap_or_default()).collect()
    };
    let all = parts("allOf").into_iter().find(|values| !values.is_empty());
    all.unwrap_or_else(|| {
        let either = if schema.get("anyOf").is_some() { parts("anyOf") } else { parts("oneOf") };
        // One alternative that takes anything lets everything in.
        if either.iter().any(Vec::is_empty) { Vec::new() } else { either.concat() }
    })
}

pub(super) fn is_flag(operation: &Operation, contract: &Contract, filter: &Filter) -> bool {
    slot_schema(operation, contract, &filter.slot).get("type").and_then(Value::as_str) == Some("boolean")
}

/// The schema of what a slot takes.
fn slot_schema(operation: &Operation, contract: &Contract, slot: &Slot) -> Value {
    if let Slot::Body(pointer) = slot {
        let Some(body) = &operation.body else { return Value::Null };
        let (mut at, _) = contract.resolve(&body.schema);
        for segment in pointer.split('/').skip(1) {
            let member = if segment == "-" { "/items".to_owned() } else { format!("/properties/{segment}") };
            at = contract.resolve(&format!("{at}{member}")).0;
        }
        return contract.resolve(&at).1.clone();
    }
    operation.parameter(slot).map(|parameter| parameter.schema.clone()).unwrap_or_default()
}
