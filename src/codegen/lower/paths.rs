//! Paths, operations and parameters.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{Lowering, Operation, rust_name};
use crate::document::escape;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

impl<'a> Lowering<'a> {
    /// The header that selects the tenant, if all operations declare it: then it belongs to the session.
    pub(super) fn tenant(&mut self) -> Option<String> {
        let header = self.document.at("/x-contract/tenancy/slot/header")?.as_str()?;
        let everywhere = self.raw_operations().iter().all(|(path, method)| {
            self.parameters(path, method).iter().any(|(parameter, _)| is_header(parameter, header))
        });
        everywhere.then(|| header.to_owned())
    }

    fn raw_operations(&self) -> Vec<(String, String)> {
        let Some(Value::Object(paths)) = self.document.at("/paths") else { return Vec::new() };
        let of = |(path, item): (&'a String, &'a Value)| {
            METHODS
                .iter()
                .filter(move |method| item.get(**method).is_some())
                .map(move |method| (path.clone(), (*method).to_owned()))
        };
        paths.iter().flat_map(of).collect()
    }

    /// The parameters of an operation, its path's included, with their places.
    fn parameters(&mut self, path: &str, method: &str) -> Vec<(&'a Value, String)> {
        let mut found: Vec<(&Value, String)> = Vec::new();
        let item = format!("/paths/{}", escape(path));
        for list in [format!("{item}/parameters"), format!("{item}/{method}/parameters")] {
            let Some(Value::Array(parameters)) = self.document.at(&list) else { continue };
            for (index, parameter) in parameters.iter().enumerate() {
                let (parameter, pointer) = self.resolve(parameter, &format!("{list}/{index}"));
                let same = |known: &&Value| known["in"] == parameter["in"] && known["name"] == parameter["name"];
                found.retain(|(known, _)| !same(known));
                found.push((parameter, pointer));
            }
        }
        found
    }

    pub(super) fn paths(&mut self, tenant: Option<&str>) -> (Map<String, Value>, Vec<Operation>) {
        let mut paths: Map<String, Value> = Map::new();
        let mut operations: Vec<Operation> = Vec::new();
        for (path, method) in self.raw_operations() {
            let pointer = format!("/paths/{}/{method}", escape(&path));
            let Some(node) = self.document.at(&pointer) else { continue };
            let Some(id) = node.get("operationId").and_then(Value::as_str) else {
                self.problem(
                    &pointer,
                    "an operation without `operationId`",
                    "name it; the client's method is called so",
                );
                continue;
            };
            let name = rust_name(id);
            if let Some(other) = operations.iter().find(|other| other.name == name) {
                let message = format!("operations `{}` and `{id}` would both be `{name}` in the client", other.id);
                self.problem(&pointer, message, "rename one `operationId`");
            }
            let (responses, success) = self.responses(node, &pointer);
            let mut lowered = Map::new();
            lowered.insert("operationId".into(), id.into());
            for key in ["summary", "description"] {
                if let Some(text) = node.get(key) {
                    lowered.insert(key.into(), text.clone());
                }
            }
            lowered.insert("parameters".into(), self.lower_parameters(&path, &method, tenant));
            if let Some(body) = node.get("requestBody") {
                lowered.insert("requestBody".into(), self.request_body(body, &format!("{pointer}/requestBody")));
            }
            lowered.insert("responses".into(), responses);
            paths.entry(path.clone()).or_insert_with(|| json!({}))[&method] = Value::Object(lowered);
            operations.push(Operation { id: id.to_owned(), path, method, name, success });
        }
        (paths, operations)
    }

    fn lower_parameters(&mut self, path: &str, method: &str, tenant: Option<&str>) -> Value {
        let mut lowered = Vec::new();
        let mut names: HashMap<String, String> = HashMap::new();
        for (parameter, pointer) in self.parameters(path, method) {
            if tenant.is_some_and(|header| is_header(parameter, header)) {
                continue;
            }
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            let place = parameter["in"].as_str().unwrap_or_default();
            let array = parameter.pointer("/schema/type") == Some(&json!("array"));
            let trouble = match place {
                "cookie" => Some("stands in a cookie"),
                "header" if array => Some("is a list in a header"),
                _ if parameter.get("schema").is_none() => Some("has no `schema`"),
                _ if parameter["style"] == json!("deepObject") => Some("is a deepObject"),
                _ if array && parameter["explode"] == json!(false) => Some("is a list in one value (`explode: false`)"),
                _ => None,
            };
            if let Some(trouble) = trouble {
                let message = format!("parameter `{name}` {trouble}, which no client can be generated for");
                self.problem(
                    &pointer,
                    message,
                    "describe it as a plain path, query or header parameter with a `schema`",
                );
                continue;
            }
            if let Some(other) = names.insert(rust_name(&name), name.clone()) {
                let message = format!("parameters `{other}` and `{name}` would have one name in the client");
                self.problem(&pointer, message, "one of them has to go: a client cannot tell them apart");
                continue;
            }
            let mut copy = Map::new();
            for key in ["name", "in", "required", "description"] {
                if let Some(value) = parameter.get(key) {
                    copy.insert(key.into(), value.clone());
                }
            }
            copy.insert("schema".into(), self.schema(&parameter["schema"], &format!("{pointer}/schema")));
            lowered.push(Value::Object(copy));
        }
        Value::Array(lowered)
    }
}

fn is_header(parameter: &Value, name: &str) -> bool {
    parameter["in"] == json!("header") && parameter["name"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(name))
}
