//! The vocabulary: `x-contract`, `x-rules`, `x-known-values`, `x-mock` and `x-source` say only what exists.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::{Linter, rules};
use crate::diff::api::child;
use crate::diff::arena::NodeId;
use crate::diff::checker;

/// The vocabulary as JSON Schema.
const SCHEMA: &str = include_str!("../../openapi/x-contract.schema.json");

fn vocabulary() -> &'static Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(SCHEMA).expect("the embedded schema of x-contract is JSON"))
}

/// Extensions of ours, the definition that each must satisfy, and where it may stand.
const SCHEMA_KEYS: [(&str, &str); 3] = [("x-rules", "rules"), ("x-known-values", "knownValues"), ("x-mock", "mock")];

impl Linter<'_> {
    pub(super) fn vocabulary(&mut self) {
        let root = self.side.root();
        self.against(root, "x-contract", "root");
        self.against(root, "x-mock", "population");
        for operation in self.all_operations() {
            self.against(operation.node, "x-contract", "operation");
            self.against(operation.node, "x-source", "source");
            if let Some(responses) = child(&mut self.side, operation.node, "responses") {
                for (_, response) in self.side.members(responses) {
                    self.against(response, "x-contract", "response");
                }
            }
        }
        for (schema, key, definition) in self.annotated_schemas() {
            self.against(schema, key, definition);
        }
    }

    /// Nodes below the root that carry an extension for schemas.
    fn annotated_schemas(&mut self) -> Vec<(NodeId, &'static str, &'static str)> {
        let mut found = Vec::new();
        let mut work: Vec<NodeId> = self.side.members(self.side.root()).into_iter().map(|(_, node)| node).collect();
        while let Some(node) = work.pop() {
            for (key, definition) in SCHEMA_KEYS {
                if self.side.value(node).get(key).is_some() {
                    found.push((node, key, definition));
                }
            }
            work.extend(self.side.items(node));
            work.extend(
                self.side
                    .members(node)
                    .into_iter()
                    .filter(|(key, _)| !key.starts_with("x-") && *key != "example")
                    .map(|(_, node)| node),
            );
        }
        found
    }

    fn against(&mut self, node: NodeId, key: &str, definition: &str) {
        let Some(value) = self.side.get(node, key) else { return };
        let schema = json!({
            "$ref": format!("#/definitions/{definition}"),
            "definitions": vocabulary().get("definitions"),
        });
        let Some(faults) = checker::vocabulary_faults(&schema, self.side.value(value)) else { return };
        for fault in faults {
            let at = self.below(value, &fault.pointer);
            if fault.unexpected.is_empty() {
                let inner = fault.pointer.rsplit_once('/').map(|(_, name)| crate::document::unescape(name));
                let inner = inner.map(|name| format!("`{name}` in ")).unwrap_or_default();
                let title = format!("{inner}`{key}` is not well-formed: {}", fault.message);
                self.fault(&rules::SEMANTICS_MALFORMED, (at, None), title, ("the vocabulary of openapi/README.md", ""));
            }
            for name in &fault.unexpected {
                let hint = super::hint(name, fault.expected.iter().map(String::as_str));
                let title = format!("`{name}` is no key of the vocabulary here{hint}");
                let known = fault.expected.join(", ");
                self.fault(&rules::SEMANTICS_UNKNOWN_KEY, (at, Some(name)), title, (&known, name));
            }
        }
    }

    fn below(&mut self, mut node: NodeId, pointer: &str) -> NodeId {
        for segment in pointer.split('/').skip(1) {
            let name = crate::document::unescape(segment);
            let next = match name.parse() {
                Ok(index) if self.side.value(node).is_array() => self.side.item(node, index),
                _ => self.side.get(node, &name),
            };
            let Some(next) = next else { return node };
            node = next;
        }
        node
    }
}
