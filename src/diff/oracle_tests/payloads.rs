//! Payloads that are tried against both documents.

use serde_json::{Value, json};

use super::draw::NAMES;
use crate::diff::law::Direction;

/// Payloads that know only what the body of a document in little declares.
pub(super) fn payloads_of(document: &Value) -> Vec<Value> {
    payloads(&document["schema"], &document["components"], 0)
}

fn payloads(schema: &Value, components: &Value, depth: usize) -> Vec<Value> {
    if let Some(text) = schema.get("$ref").and_then(Value::as_str) {
        let name = text.rsplit('/').next().unwrap_or_default();
        return if depth < 4 { payloads(&components[name], components, depth + 1) } else { vec![json!({})] };
    }
    let mut found = vec![json!(null)];
    let inner = |key: &str| schema.get(key).filter(|inner| inner.is_object());
    if depth < 4 {
        for key in ["allOf", "anyOf", "oneOf"] {
            for branch in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
                found.extend(payloads(branch, components, depth + 1));
            }
        }
        let items =
            inner("items").map_or_else(|| vec![json!(0), json!("q")], |items| payloads(items, components, depth + 1));
        found.push(json!([]));
        for item in items.iter().take(8) {
            found.extend([json!([item]), json!([item, item]), json!([item, 1, item, item])]);
        }
        let pairs: Vec<Value> = items.windows(2).take(4).map(|pair| json!(pair)).collect();
        found.extend(pairs);
        found.extend(objects(schema, components, depth));
    }
    found.extend([0, 1, 2, 3, 4, 6, 7, 8, 12, -1, -2, -3].map(|number| json!(number)));
    found.extend([json!(0.5), json!(2.5), json!(3_000_000_000_u64), json!(true), json!(false)]);
    found.extend(
        ["", "x", "y", "zz", "xyz", "A", "B", "ab", "zzz", "abcd", "abcde", "abcdef", "2026-01-31"]
            .map(|text| json!(text)),
    );
    found.push(json!("123e4567-e89b-42d3-a456-426614174000"));
    found
}

fn objects(schema: &Value, components: &Value, depth: usize) -> Vec<Value> {
    let mut found = vec![json!({})];
    let declared: Vec<(&String, Vec<Value>)> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, property)| (name, payloads(property, components, depth + 1)))
        .collect();
    for round in 0..14 {
        for skipped in 0..=declared.len() {
            let mut object = serde_json::Map::new();
            for (index, (name, values)) in declared.iter().enumerate() {
                if index != skipped {
                    object.insert((*name).clone(), values[(round * 7 + index * 3) % values.len()].clone());
                }
            }
            found.push(Value::Object(object.clone()));
            if round < 2 {
                object.insert("other".to_owned(), json!(round));
                found.push(Value::Object(object.clone()));
                object.insert("other2".to_owned(), json!("x"));
                found.push(Value::Object(object));
            }
        }
    }
    found
}

/// Names that a schema declares anywhere, by which a payload may bring in what the other side does not know.
fn declares(schema: &Value, name: &str) -> bool {
    schema.to_string().contains(&format!("\"{name}\":"))
}

pub(super) fn mentions_foreign(payload: &Value, source: &Value) -> bool {
    let text = payload.to_string();
    NAMES.iter().any(|name| text.contains(&format!("\"{name}\":")) && !declares(source, name))
}

/// Whether a payload names a property that is not sent in this direction.
pub(super) fn mentions_hidden(payload: &Value, source: &Value, direction: Direction) -> bool {
    let key = if direction == Direction::Request { "readOnly" } else { "writeOnly" };
    let mut hidden = Vec::new();
    hidden_names(source, source, key, &mut hidden);
    let text = payload.to_string();
    hidden.iter().any(|name| text.contains(&format!("\"{name}\":")))
}

fn hidden_names(source: &Value, at: &Value, key: &str, found: &mut Vec<String>) {
    match at {
        Value::Object(map) => {
            for (name, property) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if is_flagged(source, property, key, 0) {
                    found.push(name.clone());
                }
            }
            map.values().for_each(|inner| hidden_names(source, inner, key, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| hidden_names(source, inner, key, found)),
        _ => {}
    }
}

fn is_flagged(source: &Value, schema: &Value, key: &str, depth: usize) -> bool {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next());
    let target = target.map(|name| &source["components"][name]);
    let branches = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    schema.get(key) == Some(&json!(true))
        || depth < 6 && branches.chain(target).any(|inner| is_flagged(source, inner, key, depth + 1))
}
