//! The text of our extensions against `openapi/x-contract.schema.json`: a misspelt key is an error with its place.

use std::sync::OnceLock;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};

use crate::document::{Document, DocumentError, escape};

/// The vocabulary as JSON Schema, as published beside the documents.
pub(super) const SCHEMA: &str = include_str!("../../openapi/x-contract.schema.json");

/// Every problem with an `x-contract`, `x-rules` or `x-known-values` of the document, in document order.
#[must_use]
pub(super) fn check(document: &Document) -> Vec<DocumentError> {
    let mut problems = Vec::new();
    let root = document.root();
    judge(document, "/x-contract", "root", &mut problems);
    for (path, item) in root.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation.get("x-contract").is_some() {
                let at = format!("/paths/{}/{method}/x-contract", escape(path));
                judge(document, &at, "operation", &mut problems);
            }
        }
    }
    let mut stack = vec![(String::new(), root)];
    while let Some((pointer, node)) = stack.pop() {
        match node {
            Value::Object(members) => {
                for (name, member) in members.iter().rev() {
                    let at = format!("{pointer}/{}", escape(name));
                    match name.as_str() {
                        "x-rules" => judge(document, &at, "rules", &mut problems),
                        "x-known-values" => judge(document, &at, "knownValues", &mut problems),
                        "x-contract" | "example" | "examples" | "default" | "enum" => {}
                        _ => stack.push((at, member)),
                    }
                }
            }
            Value::Array(items) => {
                stack.extend(items.iter().enumerate().rev().map(|(index, item)| (format!("{pointer}/{index}"), item)));
            }
            _ => {}
        }
    }
    problems
}

fn judge(document: &Document, pointer: &str, definition: &str, problems: &mut Vec<DocumentError>) {
    let Some(node) = document.at(pointer) else { return };
    let Some(validator) = validator(definition) else { return };
    for error in validator.iter_errors(node) {
        let inner = error.instance_path().to_string();
        let at = format!("{pointer}{inner}");
        let (at, message, remedy) = match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let name = unexpected.first().cloned().unwrap_or_default();
                let known = known_keys(&error.schema_path().to_string(), definition);
                (format!("{at}/{}", escape(&name)), format!("unknown key `{name}`"), suggest(&name, &known))
            }
            _ => {
                let key = at.rsplit('/').next().map(crate::document::unescape).unwrap_or_default();
                (at, format!("`{key}`: {error}"), "see openapi/README.md".to_owned())
            }
        };
        problems.push(document.error_at(&at, message, remedy));
    }
}

fn schema() -> &'static Value {
    static SCHEMA_VALUE: OnceLock<Value> = OnceLock::new();
    SCHEMA_VALUE.get_or_init(|| serde_json::from_str(SCHEMA).expect("the shipped vocabulary is valid JSON"))
}

fn validator(definition: &str) -> Option<&'static Validator> {
    static VALIDATORS: OnceLock<std::collections::HashMap<String, Validator>> = OnceLock::new();
    VALIDATORS
        .get_or_init(|| {
            ["root", "operation", "rules", "knownValues"]
                .into_iter()
                .filter_map(|name| {
                    let mut whole = schema().clone();
                    whole["$ref"] = json!(format!("#/definitions/{name}"));
                    let validator = jsonschema::options()
                        .with_draft(jsonschema::Draft::Draft7)
                        .offline()
                        .build(&json!({"definitions": whole["definitions"], "allOf": [{"$ref": whole["$ref"]}]}))
                        .ok()?;
                    Some((name.to_owned(), validator))
                })
                .collect()
        })
        .get(definition)
}

/// Keys allowed where an `additionalProperties` was broken.
fn known_keys(schema_path: &str, definition: &str) -> Vec<String> {
    let parent = schema_path.trim_end_matches("/additionalProperties");
    let node = schema().pointer(parent).or_else(|| schema().pointer(&format!("/definitions/{definition}")));
    let properties = node.and_then(|node| node.get("properties")).and_then(Value::as_object);
    properties.into_iter().flat_map(|map| map.keys().cloned()).collect()
}

fn suggest(name: &str, known: &[String]) -> String {
    match crate::suggest::nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "see openapi/README.md".to_owned(),
        None => format!("use one of {}", known.join(", ")),
    }
}
