//! JSON bodies: the smallest lawful one, and values at pointers.

use serde_json::{Map, Value};

use crate::contract::{Contract, Operation};

/// The smallest lawful body of an operation: its required members, from defaults, examples and types.
pub(super) fn minimal_body(contract: &Contract, operation: &Operation) -> Option<Value> {
    let body = operation.body.as_ref()?;
    let minimal = minimal(contract, &body.schema, 0);
    (body.required || minimal.as_object().is_some_and(|members| !members.is_empty())).then_some(minimal)
}

fn minimal(contract: &Contract, pointer: &str, depth: usize) -> Value {
    let (pointer, schema) = contract.resolve(pointer);
    if let Some(value) = schema.get("default").or_else(|| schema.get("example")) {
        return value.clone();
    }
    if let Some(first) = schema.get("enum").and_then(|options| options.get(0)) {
        return first.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => Value::String(String::new()),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| Value::from(0)),
        Some("boolean") => Value::Bool(false),
        Some("array") => Value::Array(Vec::new()),
        _ => {
            let mut members = Map::new();
            for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
                if let (Some(name), true) = (name.as_str(), depth < 8) {
                    let at = format!("{pointer}/properties/{}", crate::document::escape(name));
                    members.insert(name.to_owned(), minimal(contract, &at, depth + 1));
                }
            }
            Value::Object(members)
        }
    }
}

/// Puts a value at a pointer, making objects and arrays on the way.
pub(super) fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut at = root;
    let mut segments = pointer.split('/').skip(1).map(crate::document::unescape).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if segment == "-" {
            if !at.is_array() {
                *at = Value::Array(Vec::new());
            }
            let Value::Array(items) = at else { return };
            items.push(if last { value.clone() } else { Value::Null });
            let Some(item) = items.last_mut() else { return };
            at = item;
        } else {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            let Value::Object(members) = at else { return };
            at = members.entry(segment).or_insert(Value::Null);
        }
    }
    if !pointer.ends_with("/-") {
        *at = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_put_where_the_pointer_says() {
        let mut body = json!({"pagination": {}});
        put(&mut body, "/pagination/limit", json!(2));
        put(&mut body, "/filters/-", json!({"a": 1}));
        put(&mut body, "/filters/-", json!({"b": 2}));
        put(&mut body, "/query/status", json!("ACTIVE"));
        let wanted =
            json!({"pagination": {"limit": 2}, "filters": [{"a": 1}, {"b": 2}], "query": {"status": "ACTIVE"}});
        assert_eq!(body, wanted);
    }
}
