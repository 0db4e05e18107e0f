//! Operations: named, told apart, and with all path parameters declared.

use std::collections::{BTreeMap, BTreeSet};

use super::{Linter, rules};
use crate::diff::api::{Operation, child, operations_of, shape, template_names};
use crate::diff::arena::NodeId;
use crate::finding::Level;

impl<'a> Linter<'a> {
    pub(super) fn all_operations(&mut self) -> Vec<Operation<'a>> {
        let root = self.side.root();
        let paths = child(&mut self.side, root, "paths");
        operations_of(&mut self.side, paths)
    }

    pub(super) fn operations(&mut self) {
        let operations = self.all_operations();
        let mut ids: BTreeMap<&str, String> = BTreeMap::new();
        let mut shapes: BTreeMap<(String, &str), &str> = BTreeMap::new();
        let mut paths: BTreeMap<String, &str> = BTreeMap::new();
        for operation in &operations {
            let label = operation.label();
            match self.side.text(operation.node, "operationId") {
                None => {
                    let title = format!("`{label}` has no `operationId`");
                    // Nobody asks others for it; what is kept here is named in reports and waivers.
                    let level = if self.promises() { Level::Deny } else { Level::Warn };
                    let at = (operation.node, None);
                    self.fault(&rules::OPERATION_ID_MISSING, at, title, ("an `operationId`", "none")).at_level(level);
                }
                Some(id) => {
                    if let Some(first) = ids.insert(id, label.clone()) {
                        let title = format!("`operationId` `{id}` is used twice");
                        let at = (operation.node, Some("operationId"));
                        self.fault(&rules::OPERATION_ID_REPEATED, at, title, ("unique", &format!("also {first}")));
                    }
                }
            }
            let clash = shapes.insert((operation.shape(), operation.method), operation.path);
            let first = *paths.entry(operation.shape()).or_insert(operation.path);
            if let Some(other) = clash.or(Some(first)).filter(|other| *other != operation.path) {
                let title = format!("`{other}` and `{}` are one path", operation.path);
                // Under other methods the requests can be told apart, though OpenAPI asks for one path.
                let level = if clash.is_some() { Level::Deny } else { Level::Warn };
                let values = ("paths that differ", shape(other));
                self.fault(&rules::PATH_REPEATED, (operation.item, None), title, (values.0, &values.1)).at_level(level);
            }
            self.path_parameters(operation);
            let responses = child(&mut self.side, operation.node, "responses");
            if responses.is_none_or(|node| self.side.members(node).is_empty()) {
                let title = format!("`{label}` documents no response");
                self.fault(&rules::RESPONSES_MISSING, (operation.node, None), title, ("at least one response", "none"));
            }
        }
    }

    /// Parameters of an operation: location, name, node; those of the operation first.
    pub(super) fn parameters(&mut self, operation: &Operation<'a>) -> Vec<(&'a str, &'a str, NodeId)> {
        let mut found: Vec<(&str, &str, NodeId)> = Vec::new();
        for holder in [operation.node, operation.item] {
            let Some(list) = child(&mut self.side, holder, "parameters") else { continue };
            for item in self.side.items(list) {
                let node = self.side.resolved(item);
                let (location, name) = (self.side.text(node, "in"), self.side.text(node, "name"));
                let (Some(location), Some(name)) = (location, name) else { continue };
                let known = found.iter().any(|(place, other, _)| *place == location && *other == name);
                if !known {
                    found.push((location, name, node));
                } else if holder == operation.node {
                    let title = format!("{location} parameter `{name}` is declared twice");
                    self.fault(&rules::PARAMETER_REPEATED, (item, None), title, ("declared once", "twice"));
                }
            }
        }
        found
    }

    fn path_parameters(&mut self, operation: &Operation<'a>) {
        let names: BTreeSet<&str> = template_names(operation.path).into_iter().collect();
        let parameters = self.parameters(operation);
        let declared: Vec<_> = parameters.iter().filter(|(location, _, _)| *location == "path").collect();
        for name in &names {
            if !declared.iter().any(|(_, known, _)| known == name) {
                let hint = super::hint(name, declared.iter().map(|(_, known, _)| *known));
                let title = format!("path parameter `{name}` of `{}` is not declared{hint}", operation.label());
                let values = ("a parameter with `in: path`", "none");
                self.fault(&rules::PATH_PARAMETER_UNDECLARED, (operation.node, None), title, values);
            }
        }
        for (_, name, node) in declared {
            if !names.contains(name) {
                let hint = super::hint(name, names.iter().copied());
                let title = format!("path parameter `{name}` is not in the path `{}`{hint}", operation.path);
                self.fault(&rules::PATH_PARAMETER_UNUSED, (*node, None), title, ("a `{…}` of the path", "none"));
            } else if !self.side.flag(*node, "required") {
                let title = format!("path parameter `{name}` is not marked as required");
                self.fault(&rules::PATH_PARAMETER_OPTIONAL, (*node, None), title, ("`required: true`", "absent"));
            }
        }
    }
}
