//! The clauses of an operation: slots, spots, fields.

use super::{Scope, same};
use crate::diff::arena::NodeId;
use crate::lint::Linter;

const FIGURES: [&str; 2] = ["integer", "number"];

impl<'a> Linter<'a> {
    /// Gives the schema of the records.
    pub(super) fn lists(&mut self, scope: &Scope<'a>, lists: NodeId) -> Option<NodeId> {
        self.resource_schema(lists, "resource");
        let answer = scope.answer?;
        let items = self.side.text(lists, "items").unwrap_or_default();
        let holders = self.field_at_key(lists, "items", items, answer, &["array"]);
        let record = holders.into_iter().find_map(|holder| self.side.get(holder, "items"));
        if let Some(page) = self.side.get(lists, "page") {
            self.page(scope, page, record);
        }
        let record = record?;
        self.field(lists, "key", record, &["string", "integer", "number"]);
        if let Some(filters) = self.side.get(lists, "filters") {
            for (_, filter) in self.side.members(filters) {
                let sent = self.slot(scope, filter);
                self.filter_values(filter, &sent);
                self.field(filter, "field", record, kinds_of_match(self.side.text(filter, "match")));
                self.expression(filter, "rule", &["self", "value", "request", "response"], Some(record));
            }
        }
        if let Some(sort) = self.side.get(lists, "sort") {
            self.sort(scope, sort, record);
        }
        Some(record)
    }

    fn page(&mut self, scope: &Scope<'a>, page: NodeId, record: Option<NodeId>) {
        self.one_way_of_paging(page);
        for (name, clause) in self.side.members(page) {
            match name {
                "size" | "offset" | "number" => {
                    let sent = self.slot(scope, clause);
                    self.fits(clause, "slot", &sent, &["integer", "number", "string"]);
                    if name == "size" {
                        self.size(clause, &sent);
                    }
                }
                "next" => {
                    // A header that stands in the clause itself is a spot, not a slot.
                    if self.side.get(clause, "slot").is_some() {
                        self.slot(scope, clause);
                    }
                    self.header(scope, clause);
                    self.spot_of(scope, clause, "spot", &["string", "integer", "number", "array", "object"]);
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
        self.sort_words(scope, sort);
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
        }
    }

    pub(super) fn reads(&mut self, scope: &Scope<'a>, reads: NodeId) {
        let record = self.resource_schema(reads, "resource");
        self.reader_shows_key(scope, reads);
        if let (Some(gone), Some(record)) = (self.side.get(reads, "gone"), record) {
            self.field(gone, "field", record, &["string", "integer", "number", "boolean"]);
        }
        let Some(by) = self.side.get(reads, "by") else { return };
        for clause in self.side.items(by) {
            let sent = self.slot(scope, clause);
            if let Some(record) = record {
                self.field(clause, "key", record, &["string", "integer", "number"]);
                self.key_can_be_sent(clause, &sent, record);
            }
        }
    }

    /// A slot: the parameter is declared, the pointer into the body leads somewhere. Gives the schemas of what is sent.
    pub(super) fn slot(&mut self, scope: &Scope<'a>, clause: NodeId) -> Vec<NodeId> {
        let short = ["query", "header", "path", "body"].iter().any(|key| self.side.text(clause, key).is_some());
        let slot = self.side.get(clause, "slot").or(short.then_some(clause));
        let mut found = Vec::new();
        let Some(slot) = slot else { return found };
        for (location, node) in self.side.members(slot) {
            let Some(wanted) = self.side.value(node).as_str() else { continue };
            if location == "body" {
                match scope.request {
                    Some(schema) => found = self.field_at_key(slot, "body", wanted, schema, &[]),
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
            if let Some((_, _, parameter)) = declared {
                let schema = self.side.get(*parameter, "schema");
                found = schema.map(|schema| self.parts(schema)).unwrap_or_default();
            } else {
                let names =
                    scope.parameters.iter().filter(|(place, _, _)| *place == location).map(|(_, name, _)| *name);
                let hint = crate::lint::hint(wanted, names);
                let title = format!("the {location} parameter `{wanted}` is not declared{hint}");
                self.broken(slot, location, title, ("a declared parameter", wanted));
            }
        }
        found
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
        self.header(scope, spot);
        if let (Some(pointer), Some(answer)) = (self.side.value(spot).as_str(), scope.answer) {
            self.field_at_key(holder, key, pointer, answer, kinds);
        }
    }

    /// A response header that a spot names.
    fn header(&mut self, scope: &Scope<'a>, spot: NodeId) {
        let Some(header) = self.side.text(spot, "header") else { return };
        if !scope.headers.iter().any(|known| known.eq_ignore_ascii_case(header)) {
            let hint = crate::lint::hint(header, scope.headers.iter().copied());
            let title = format!("the response header `{header}` is not declared{hint}");
            self.broken(spot, "header", title, ("a declared header", header));
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

    pub(super) fn field_at_key(
        &mut self,
        node: NodeId,
        key: &str,
        pointer: &str,
        schema: NodeId,
        kinds: &[&str],
    ) -> Vec<NodeId> {
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
}

/// The types of a field that a kind of match can look at; none for any.
fn kinds_of_match(kind: Option<&str>) -> &'static [&'static str] {
    match kind {
        Some("contains") => &["string", "array"],
        Some("at-least" | "at-most" | "above" | "below") => &["string", "integer", "number"],
        _ => &[],
    }
}
