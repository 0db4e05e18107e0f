//! JSON bodies: the smallest lawful one, and values at pointers.

use serde_json::{Map, Value};

use crate::contract::semantics::Slot;
use crate::contract::{Contract, Operation};

/// The smallest lawful body of an operation: its required members, from the paging clause, defaults, examples and types.
pub(crate) fn minimal_body(contract: &Contract, operation: &Operation) -> Option<Value> {
    let body = operation.body.as_ref()?;
    let usual = operation.handy_size().and_then(|(slot, size)| match slot {
        Slot::Body(at) => Some((at.as_str(), size)),
        _ => None,
    });
    let mut minimal = minimal(contract, (&body.schema, ""), usual, 0);
    // What the clause says of a member that is there anyhow comes before what its schema says.
    for (slot, value) in operation.paging_values() {
        if let (Slot::Body(at), Some(value)) = (slot, value)
            && minimal.pointer(at).is_some()
        {
            put(&mut minimal, at, Value::from(value));
        }
    }
    (body.required || minimal.as_object().is_some_and(|members| !members.is_empty())).then_some(minimal)
}

/// The smallest value of a schema; `at` is its place in the body, `usual` the place of the page size and a handy one.
fn minimal(contract: &Contract, (pointer, at): (&str, &str), usual: Option<(&str, u64)>, depth: usize) -> Value {
    let (pointer, schema) = contract.resolve(pointer);
    if let Some(value) = schema.get("default").or_else(|| schema.get("example")) {
        return value.clone();
    }
    if let Some(first) = schema.get("enum").and_then(|options| options.get(0)) {
        return first.clone();
    }
    if let Some((_, size)) = usual.filter(|(place, _)| *place == at) {
        return Value::from(size);
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
                    let segment = crate::document::escape(name);
                    let (schema, at) = (format!("{pointer}/properties/{segment}"), format!("{at}/{segment}"));
                    members.insert(name.to_owned(), minimal(contract, (&schema, &at), usual, depth + 1));
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
    fn a_required_size_is_the_usual_one_and_not_the_least() {
        let sent = |default: &str, schema: &str| {
            let text = format!(
                "openapi: 3.0.3
info: {{title: t, version: '1'}}
x-contract: {{version: 1, resources: {{m: {{schema: '#/components/schemas/M', key: /name}}}}}}
paths:
  /m:
    post:
      operationId: list
      requestBody: {{required: true, content: {{application/json: {{schema: {{type: object, required: [page], properties: {{page: {{type: object, required: [size], properties: {{size: {schema}}}}}}}}}}}}}}}
      x-contract: {{lists: {{resource: m, items: /ms, page: {{size: {{slot: {{body: /page/size}}, {default}min: 1, max: 50}}, next: {{spot: /next, slot: {{body: /token}}}}}}}}}}
      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{type: object, properties: {{ms: {{type: array, items: {{$ref: '#/components/schemas/M'}}}}}}}}}}}}}}}}
components: {{schemas: {{M: {{type: object, required: [name], properties: {{name: {{type: string}}}}}}}}}}
"
            );
            let path = std::env::temp_dir().join(format!("contract-gate-body-{}.yaml", std::process::id()));
            std::fs::write(&path, text).expect("a folder for temporary files");
            let contract = Contract::open(&path.display().to_string()).expect("is sound");
            std::fs::remove_file(&path).expect("was written");
            minimal_body(&contract, &contract.operations[0]).expect("has a body")
        };
        let whole = "{type: integer, minimum: 1}";
        assert_eq!(sent("default: 40, ", whole), json!({"page": {"size": 40}}));
        assert_eq!(sent("default: 40, ", "{type: integer, minimum: 1, example: 1}"), json!({"page": {"size": 40}}));
        assert_eq!(sent("", "{type: integer, minimum: 1, default: 7}"), json!({"page": {"size": 7}}));
        assert_eq!(sent("", whole), json!({"page": {"size": 20}}));
    }

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
