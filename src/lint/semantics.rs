//! The promises of `x-contract`: what they point to exists and is of a fitting kind, what they compute compiles, and
//! every requirement that can fail a server has a source.

mod clauses;
mod consistency;
mod expressions;
mod places;
mod readers;
mod sources;

pub(super) use expressions::paths_of;

use super::{Linter, rules};
use crate::diff::api::{Operation, child};
use crate::diff::arena::NodeId;

/// What the clauses of one operation are held against.
pub(super) struct Scope<'a> {
    parameters: Vec<(&'a str, &'a str, NodeId)>,
    /// Schema of the request body, if there is one.
    request: Option<NodeId>,
    /// Schema of the successful answer.
    answer: Option<NodeId>,
    headers: Vec<&'a str>,
}

impl<'a> Linter<'a> {
    pub(super) fn semantics(&mut self) {
        let root = self.side.root();
        let contract = self.side.get(root, "x-contract");
        if let Some(contract) = contract {
            self.resources(contract);
            self.tenancy(contract);
            self.tenant_field(contract);
            self.refusals(contract);
            self.sources_of_root(contract);
        }
        for operation in self.all_operations() {
            let Some(promises) = self.side.get(operation.node, "x-contract") else { continue };
            let scope = self.scope(&operation);
            let mut record = scope.answer;
            if let Some(lists) = self.side.get(promises, "lists") {
                record = self.lists(&scope, lists);
                self.places_of(lists);
            }
            if let Some(reads) = self.side.get(promises, "reads") {
                self.reads(&scope, reads);
                let item = self.side.text(reads, "item").unwrap_or_default();
                record = record.and_then(|answer| self.at_pointer(answer, item).first().copied());
            }
            if let Some(expands) = self.side.get(promises, "expands") {
                for clause in self.side.items(expands) {
                    self.expands(&scope, clause, record);
                }
            }
            self.sources_of_operation(&operation, promises);
        }
        if let Some(contract) = contract {
            self.unused_resources(contract);
        }
        self.rules();
    }

    fn scope(&mut self, operation: &Operation<'a>) -> Scope<'a> {
        let parameters = self.parameters(operation);
        let body = child(&mut self.side, operation.node, "requestBody");
        let request = body.and_then(|body| self.json_schema(body));
        let mut scope = Scope { parameters, request, answer: None, headers: Vec::new() };
        let Some(responses) = child(&mut self.side, operation.node, "responses") else { return scope };
        for (status, response) in self.side.members(responses) {
            if status.starts_with('2') && scope.answer.is_none() {
                let response = self.side.resolved(response);
                scope.answer = self.json_schema(response);
                if let Some(headers) = self.side.get(response, "headers") {
                    scope.headers = self.side.members(headers).into_iter().map(|(name, _)| name).collect();
                }
            }
        }
        scope
    }

    /// The schema of the JSON media type of a body.
    fn json_schema(&mut self, body: NodeId) -> Option<NodeId> {
        let content = self.side.get(body, "content")?;
        let all = self.side.members(content);
        let (_, media) = all.iter().find(|(name, _)| name.contains("json")).or_else(|| all.first())?;
        self.side.get(*media, "schema")
    }

    fn resources(&mut self, contract: NodeId) {
        let Some(resources) = self.side.get(contract, "resources") else { return };
        for (name, resource) in self.side.members(resources) {
            let Some(text) = self.side.text(resource, "schema") else { continue };
            let found = text.strip_prefix('#').and_then(|pointer| self.side.at(0, pointer));
            let Some(schema) = found else {
                let title = format!("the schema of resource `{name}` does not exist: `{text}`");
                self.broken(resource, "schema", title, ("a schema of this document", text));
                continue;
            };
            self.field(resource, "key", schema, &["string", "integer", "number"]);
            self.field(resource, "version", schema, &[]);
            if let Some(volatile) = self.side.get(resource, "volatile") {
                for item in self.side.items(volatile) {
                    if let Some(pointer) = self.side.value(item).as_str() {
                        self.field_at(item, pointer, schema, &[]);
                    }
                }
            }
        }
    }

    fn tenancy(&mut self, contract: NodeId) {
        let Some(tenancy) = self.side.get(contract, "tenancy") else { return };
        let Some(slot) = self.side.get(tenancy, "slot") else { return };
        let operations = self.all_operations();
        for (location, name) in self.side.members(slot) {
            let Some(wanted) = self.side.value(name).as_str() else { continue };
            if location == "body" {
                continue;
            }
            let mut declared = false;
            for operation in &operations {
                declared |=
                    self.parameters(operation).iter().any(|(place, known, _)| same(location, place, wanted, known));
            }
            if !declared {
                let title = format!("no operation declares the {location} parameter `{wanted}`");
                self.broken(slot, location, title, ("a declared parameter", wanted));
            }
        }
    }

    /// A pointer that leads nowhere, or to something of the wrong kind.
    fn broken(&mut self, node: NodeId, key: &str, title: String, values: (&str, &str)) {
        let at = if key.is_empty() { (node, None) } else { (node, Some(key)) };
        self.fault(&rules::SEMANTICS_POINTS_NOWHERE, at, title, values);
    }

    /// The schema of a resource by name.
    fn resource_schema(&mut self, clause: NodeId, key: &str) -> Option<NodeId> {
        let name = self.side.text(clause, key)?;
        let root = self.side.root();
        let contract = self.side.get(root, "x-contract");
        let resources = contract.and_then(|contract| self.side.get(contract, "resources"));
        let known = resources.map(|resources| self.side.members(resources)).unwrap_or_default();
        let Some((_, resource)) = known.iter().find(|(other, _)| *other == name) else {
            let hint = super::hint(name, known.iter().map(|(name, _)| *name));
            let title = format!("no resource is called `{name}`{hint}");
            self.broken(clause, key, title, ("a resource of the root's `x-contract`", name));
            return None;
        };
        let text = self.side.text(*resource, "schema")?;
        self.side.at(0, text.strip_prefix('#')?)
    }
}

/// Whether two names of one location are one parameter.
fn same(location: &str, place: &str, wanted: &str, known: &str) -> bool {
    location == place && (wanted == known || place == "header" && wanted.eq_ignore_ascii_case(known))
}
