//! The clauses of an operation: slots, spots, fields.

use super::{Scope, same};
use crate::diff::arena::NodeId;
use crate::lint::Linter;

const FIGURES: [&str; 2] = ["integer", "number"];

impl<'a> Linter<'a> {
    pub(super) fn lists(&mut self, scope: &Scope<'a>, lists: NodeId) {
        self.resource_schema(lists, "resource");
        self.source(scope, lists, "lists");
        let Some(answer) = scope.answer else { return };
        let items = self.side.text(lists, "items").unwrap_or_default();
        let holders = self.field_at_key(lists, "items", items, answer, &["array"]);
        let record = holders.into_iter().find_map(|holder| self.side.get(holder, "items"));
        if let Some(page) = self.side.get(lists, "page") {
            self.page(scope, page, record);
        }
        let Some(record) = record else { return };
        self.field(lists, "key", record, &["string", "integer", "number"]);
        if let Some(filters) = self.side.get(lists, "filters") {
            for (name, filter) in self.side.members(filters) {
                self.slot(scope, filter);
                self.field(filter, "field", record, &[]);
                self.source(scope, filter, name);
                self.expression(filter, "rule", &["self", "value", "request", "response"], Some(record));
            }
        }
        if let Some(sort) = self.side.get(lists, "sort") {
            self.sort(scope, sort, record);
        }
    }

    fn page(&mut self, scope: &Scope<'a>, page: NodeId, record: Option<NodeId>) {
        for (name, clause) in self.side.members(page) {
            self.source(scope, clause, name);
            match name {
                "size" | "offset" | "number" => {
                    if let Some(parameter) = self.slot(scope, clause) {
                        self.parameter_type(clause, parameter, &["integer", "number", "string"]);
                    }
                }
                "next" => {
                    self.slot(scope, clause);
                    self.spot_of(scope, clause, "spot", &[]);
                    if let Some(record) = record {
                        self.field(clause, "field", record, &[]);
                    }
                }
                "more" => self.spot(scope, page, name, &["boolean"]),
                "count" | "total" | "remaining" | "size-echo" | "offset-echo" => self.spot(scope, page, name, &FIGURES),
                _ => {}
            }
        }
    }

    fn sort(&mut self, scope: &Scope<'a>, sort: NodeId, record: NodeId) {
        for key in ["by", "direction"] {
            if let Some(clause) = self.side.get(sort, key) {
                self.slot(scope, clause);
            }
        }
        let mut orders = Vec::new();
        for key in ["fields", "values"] {
            if let Some(map) = self.side.get(sort, key) {
                orders.extend(self.side.members(map).into_iter().map(|(_, order)| order));
            }
        }
        if let Some(default) = self.side.get(sort, "default") {
            if self.side.value(default).is_array() {
                orders.extend(self.side.items(default));
            } else {
                orders.push(default);
            }
        }
        self.slot(scope, sort);
        for order in orders {
            let kinds: &[&str] = match self.side.text(order, "as") {
                Some("number") => &FIGURES,
                Some("instant") => &["string"],
                _ => &[],
            };
            self.field(order, "field", record, kinds);
            self.source(scope, order, "sort");
        }
    }

    pub(super) fn reads(&mut self, scope: &Scope<'a>, reads: NodeId) {
        let record = self.resource_schema(reads, "resource");
        self.source(scope, reads, "reads");
        self.reader_shows_key(scope, reads);
        let Some(by) = self.side.get(reads, "by") else { return };
        for clause in self.side.items(by) {
            self.slot(scope, clause);
            if let Some(record) = record {
                self.field(clause, "key", record, &["string", "integer", "number"]);
            }
        }
    }

    pub(super) fn expands(&mut self, scope: &Scope<'a>, clause: NodeId) {
        self.slot(scope, clause);
        self.resource_schema(clause, "resource");
        self.source(scope, clause, "expands");
    }

    /// A slot: the parameter is declared, the pointer into the body leads somewhere. Gives the parameter's node.
    fn slot(&mut self, scope: &Scope<'a>, clause: NodeId) -> Option<NodeId> {
        let slot = self.side.get(clause, "slot")?;
        let mut found = None;
        for (location, node) in self.side.members(slot) {
            let Some(wanted) = self.side.value(node).as_str() else { continue };
            if location == "body" {
                match scope.request {
                    Some(schema) => drop(self.field_at_key(slot, "body", wanted, schema, &[])),
                    None => {
                        let title = "a slot lies in the request body, but there is none".to_owned();
                        self.broken(slot, "body", title, ("a request body", "none"));
                    }
                }
                continue;
            }
            if !matches!(location, "query" | "header" | "path" | "cookie") {
                continue;
            }
            let declared = scope.parameters.iter().find(|(place, known, _)| same(location, place, wanted, known));
            found = declared.map(|(_, _, node)| *node);
            if found.is_none() {
                let names =
                    scope.parameters.iter().filter(|(place, _, _)| *place == location).map(|(_, name, _)| *name);
                let hint = crate::lint::hint(wanted, names);
                let title = format!("the {location} parameter `{wanted}` is not declared{hint}");
                self.broken(slot, location, title, ("a declared parameter", wanted));
            }
        }
        found
    }

    fn parameter_type(&mut self, clause: NodeId, parameter: NodeId, kinds: &[&str]) {
        let Some(schema) = self.side.get(parameter, "schema") else { return };
        let parts = self.parts(schema);
        self.fits(clause, "slot", &parts, kinds);
    }

    /// A spot that is a clause of its own: text, header, or `{spot: …}`.
    fn spot(&mut self, scope: &Scope<'a>, holder: NodeId, key: &str, kinds: &[&str]) {
        let Some(clause) = self.side.get(holder, key) else { return };
        if self.side.value(clause).get("spot").is_some() {
            self.spot_of(scope, clause, "spot", kinds);
        } else {
            self.spot_of(scope, holder, key, kinds);
        }
    }

    fn spot_of(&mut self, scope: &Scope<'a>, holder: NodeId, key: &str, kinds: &[&str]) {
        let Some(spot) = self.side.get(holder, key) else { return };
        if let Some(header) = self.side.text(spot, "header") {
            if !scope.headers.iter().any(|known| known.eq_ignore_ascii_case(header)) {
                let hint = crate::lint::hint(header, scope.headers.iter().copied());
                let title = format!("the response header `{header}` is not declared{hint}");
                self.broken(spot, "header", title, ("a declared header", header));
            }
        } else if let (Some(pointer), Some(answer)) = (self.side.value(spot).as_str(), scope.answer) {
            self.field_at_key(holder, key, pointer, answer, kinds);
        }
    }

    /// A member that is a pointer into a schema.
    pub(super) fn field(&mut self, clause: NodeId, key: &str, schema: NodeId, kinds: &[&str]) {
        if let Some(pointer) = self.side.text(clause, key) {
            self.field_at_key(clause, key, pointer, schema, kinds);
        }
    }

    pub(super) fn field_at(&mut self, node: NodeId, pointer: &str, schema: NodeId, kinds: &[&str]) {
        self.field_at_key(node, "", pointer, schema, kinds);
    }

    fn field_at_key(&mut self, node: NodeId, key: &str, pointer: &str, schema: NodeId, kinds: &[&str]) -> Vec<NodeId> {
        let parts = self.at_pointer(schema, pointer);
        if parts.is_empty() {
            let (holder, last) = pointer.rsplit_once('/').unwrap_or(("", pointer));
            let around = self.at_pointer(schema, holder);
            let names = self.names_below(&around);
            let hint = crate::lint::hint(last, names);
            let title = format!("no schema declares `{pointer}`{hint}");
            self.broken(node, key, title, ("a declared field", pointer));
        } else {
            self.fits(node, key, &parts, kinds);
        }
        parts
    }

    fn fits(&mut self, node: NodeId, key: &str, parts: &[NodeId], kinds: &[&str]) {
        let types = self.types(parts);
        if kinds.is_empty() || types.is_empty() || types.iter().any(|kind| kinds.contains(kind)) {
            return;
        }
        let title = format!("a clause points to {}, which does not fit", types.join(" or "));
        self.broken(node, key, title, (&kinds.join(" or "), &types.join(" or ")));
    }

    /// Every clause that can fail a server says where it comes from.
    fn source(&mut self, scope: &Scope<'a>, clause: NodeId, name: &str) {
        let value = self.side.value(clause);
        if scope.sourced || !value.is_object() || value.get("source").is_some() {
            return;
        }
        if value.get("level").and_then(serde_json::Value::as_str).is_none_or(|level| level == "deny") {
            let title = format!("the requirement `{name}` names no source");
            let why = "a server is failed by it, so its team must be able to read where it stands";
            let values = ("`source` here, or `x-source` on the operation", "none");
            self.deny("source-missing", (clause, None), title, values, why);
        }
    }
}
