//! Schemas without what does not shape a type.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Lowering, rust_name};
use crate::document::{escape, unescape};

impl Lowering<'_> {
    /// A schema without what does not shape a type.
    pub(super) fn schema(&mut self, node: &Value, pointer: &str) -> Value {
        let Some(node) = node.as_object() else { return json!({}) };
        if let Some(reference) = node.get("$ref") {
            let name = reference.as_str().and_then(|text| text.strip_prefix("#/components/schemas/"));
            let known = name.is_some_and(|name| !name.contains('/') && self.defines(name));
            if !known {
                let message = format!("`$ref: {reference}` is no schema under `#/components/schemas`");
                self.problem(pointer, message, "move the schema there");
                return json!({});
            }
            return json!({"$ref": reference});
        }
        let mut copy = Map::new();
        for key in ["type", "nullable", "description"] {
            if let Some(value) = node.get(key) {
                copy.insert(key.into(), value.clone());
            }
        }
        match node.get("type").and_then(Value::as_str) {
            None | Some("string" | "integer" | "number" | "boolean" | "array" | "object") => {}
            Some(other) => self.problem(
                &format!("{pointer}/type"),
                format!("`type: {other}` is no type of OpenAPI 3.0"),
                "string, integer, number, boolean, array or object",
            ),
        }
        if let Some(values) = string_enum(node) {
            copy.insert("type".into(), json!("string"));
            copy.insert("enum".into(), json!(values));
        }
        if let Some(Value::Object(properties)) = node.get("properties") {
            copy.insert("properties".into(), self.properties(properties, pointer));
        }
        if let Some(Value::Array(required)) = node.get("required") {
            // One type serves both directions, so what goes in one only cannot be required.
            let both = |name: &&Value| {
                let property = name.as_str().and_then(|name| node.get("properties")?.get(name));
                let flag = |key| property.and_then(|property| property.get(key)) == Some(&Value::Bool(true));
                !flag("readOnly") && !flag("writeOnly")
            };
            copy.insert("required".into(), required.iter().filter(both).cloned().collect());
        }
        match node.get("additionalProperties") {
            Some(Value::Object(rest)) if !rest.is_empty() => {
                let at = format!("{pointer}/additionalProperties");
                copy.insert("additionalProperties".into(), self.schema(&Value::Object(rest.clone()), &at));
            }
            Some(Value::Object(_) | Value::Bool(true)) => {
                copy.insert("additionalProperties".into(), Value::Bool(true));
            }
            _ => {}
        }
        if node.get("type") == Some(&json!("array")) {
            let items = node.get("items").unwrap_or(&Value::Null);
            copy.insert("items".into(), self.schema(items, &format!("{pointer}/items")));
        }
        self.compositions(node, pointer, &mut copy);
        Value::Object(copy)
    }

    /// `allOf` as it is; `anyOf` as `oneOf`: a union of types either way, and only the latter reads scalars.
    fn compositions(&mut self, node: &Map<String, Value>, pointer: &str, copy: &mut Map<String, Value>) {
        for (key, target) in [("allOf", "allOf"), ("oneOf", "oneOf"), ("anyOf", "oneOf")] {
            let Some(Value::Array(parts)) = node.get(key) else { continue };
            let mut lowered: Vec<Value> = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let part = self.schema(part, &format!("{pointer}/{key}/{index}"));
                // Alternatives that differ in what was left out are one.
                if (key == "allOf" || shapes_a_type(&part)) && !lowered.contains(&part) {
                    lowered.push(part);
                }
            }
            let parts = lowered;
            let target = if parts.len() == 1 { "allOf" } else { target };
            if !parts.is_empty() && !copy.contains_key(target) {
                copy.insert(target.into(), Value::Array(parts));
            }
        }
    }

    fn properties(&mut self, properties: &Map<String, Value>, pointer: &str) -> Value {
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        let mut copy = Map::new();
        for (name, schema) in properties {
            let at = format!("{pointer}/properties/{}", escape(name));
            if let Some(other) = names.insert(rust_name(name), name) {
                let message = format!("properties `{other}` and `{name}` would be one field in the client");
                self.problem(&at, message, "one of them has to go: a client cannot tell them apart");
                continue;
            }
            copy.insert(name.clone(), self.schema(schema, &at));
        }
        Value::Object(copy)
    }

    fn defines(&self, name: &str) -> bool {
        let schemas = self.document.at("/components/schemas").and_then(Value::as_object);
        schemas.is_some_and(|schemas| schemas.contains_key(&unescape(name)))
    }
}

/// The values of an enumeration of texts that become distinct Rust names; other enumerations are dropped.
fn string_enum(node: &Map<String, Value>) -> Option<Vec<&str>> {
    let values: Vec<&Value> = node.get("enum")?.as_array()?.iter().filter(|value| !value.is_null()).collect();
    let values: Vec<&str> = values.into_iter().map(Value::as_str).collect::<Option<_>>()?;
    let mut names: Vec<String> =
        values.iter().map(|value| value.chars().filter(|c| c.is_alphanumeric()).collect::<String>()).collect();
    names.iter_mut().for_each(|name| *name = name.to_lowercase());
    names.sort();
    names.dedup();
    let distinct = names.len() == values.len() && !names.iter().any(String::is_empty);
    (distinct && !values.is_empty()).then_some(values)
}

fn shapes_a_type(part: &Value) -> bool {
    part.as_object().is_none_or(|part| part.keys().any(|key| !matches!(key.as_str(), "required" | "description")))
}
