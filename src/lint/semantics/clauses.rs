//! The clauses of an operation: slots, spots, fields.

use serde_json::Value;

use super::{Scope, same};
use crate::diff::arena::NodeId;
use crate::lint::{Linter, rules};

const FIGURES: [&str; 2] = ["integer", "number"];

impl<'a> Linter<'a> {
    /// Gives the schema of the records.
    pub(super) fn lists(&mut self, scope: &Scope<'a>, lists: NodeId) -> Option<NodeId> {
        self.resource_schema(lists, "resource");
        let answer = scope.answer?;
        let items = self.side.text(lists, "items").unwrap_or_default();
        let holders = self.field_at_key(lists, "items", items, answer, &["array"]);
        let item = holders.into_iter().find_map(|holder| self.side.get(holder, "items"));
        let record = item.and_then(|item| self.record_in(lists, item));
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
                self.expression(filter, "rule", &["self", "value"], Some(record));
            }
        }
        if let Some(sort) = self.side.get(lists, "sort") {
            self.sort(scope, sort, record);
        }
        Some(record)
    }

    /// The schema of the record in each item of a list: the item itself, unless the clause says where it is.
    fn record_in(&mut self, lists: NodeId, item: NodeId) -> Option<NodeId> {
        let Some(pointer) = self.side.text(lists, "item") else {
            self.record_is_wrapped(lists, item);
            return Some(item);
        };
        self.field_at_key(lists, "item", pointer, item, &["object"]);
        self.node_at(item, pointer)
    }

    /// A key that leads through the record to the resource's own key: then the record is what stands inside.
    fn record_is_wrapped(&mut self, lists: NodeId, item: NodeId) {
        let (Some(key), Some(own)) = (self.side.text(lists, "key"), self.key_of_resource(lists)) else { return };
        let Some(place) = key.strip_suffix(own).filter(|place| !place.is_empty()) else { return };
        let Some(resource) = self.resource_schema(lists, "resource") else { return };
        let (resource, inside) = (self.parts(resource), self.at_pointer(item, place));
        if !resource.is_empty() && resource == inside {
            let title = format!("the records stand at `{place}` of each item, but the clause does not say so");
            let wanted = format!("`item: {place}`, and keys and fields from there");
            self.fault(&rules::RECORD_WRAPPED, (lists, Some("key")), title, (&wanted, &format!("`key: {key}`")));
        }
    }

    /// The schema that a pointer leads to, with all of its parts.
    fn node_at(&mut self, schema: NodeId, pointer: &str) -> Option<NodeId> {
        let Some((holder, last)) = pointer.rsplit_once('/') else { return Some(schema) };
        let name = crate::document::unescape(last);
        let around = self.at_pointer(schema, holder);
        around.into_iter().find_map(|part| {
            let properties = self.side.get(part, "properties")?;
            self.side.get(properties, &name)
        })
    }

    fn page(&mut self, scope: &Scope<'a>, page: NodeId, record: Option<NodeId>) {
        self.one_way_of_paging(page);
        self.page_numbers(page);
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
                "count" | "total" | "pages" | "next-number" | "remaining" | "size-echo" | "offset-echo" => {
                    self.spot(scope, page, name, &FIGURES)
                }
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
                Some("number") if self.is_text_of_unknown_kind(order, record) => continue,
                Some("number") => &["integer", "number", "string"],
                Some("instant") => &["string"],
                _ => &[],
            };
            self.field(order, "field", record, kinds);
        }
    }

    /// Whether what is sorted as a number is a text that nothing says to be one.
    fn is_text_of_unknown_kind(&mut self, order: NodeId, record: NodeId) -> bool {
        let Some(pointer) = self.side.text(order, "field") else { return false };
        let parts = self.at_pointer(record, pointer);
        let texts = !parts.is_empty() && self.types(&parts).iter().all(|kind| *kind == "string");
        let told = |part: &NodeId| is_text_of_number(self.side.value(*part));
        if !texts || self.types(&parts).is_empty() || parts.iter().any(told) {
            return false;
        }
        let title = "a text is sorted as a number, but nothing says that it is one".to_owned();
        let wanted = "a number, or a text whose `format` (decimal, double, …) or `pattern` is that of one";
        self.broken(order, "field", title, (wanted, "string"));
        true
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
        self.entry(scope, spot, kinds);
        if let (Some(pointer), Some(answer)) = (self.side.value(spot).as_str(), scope.answer) {
            self.field_at_key(holder, key, pointer, answer, kinds);
        }
    }

    /// A member of an entry of an array: the array is one, and its entries have what tells them apart and the member.
    fn entry(&mut self, scope: &Scope<'a>, spot: NodeId, kinds: &[&str]) {
        let (Some(array), Some(answer)) = (self.side.text(spot, "array"), scope.answer) else { return };
        let holders = self.field_at_key(spot, "array", array, answer, &["array"]);
        let Some(entry) = holders.into_iter().find_map(|holder| self.side.get(holder, "items")) else { return };
        self.field(spot, "member", entry, kinds);
        let Some(shows) = self.side.get(spot, "where") else { return };
        for (name, value) in self.side.members(shows) {
            let pointer = format!("/{}", crate::document::escape(name));
            let parts = self.field_at_key(shows, name, &pointer, entry, &[]);
            self.listed(value, (shows, name), &parts);
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

/// Formats of texts that are numbers.
const NUMERIC: [&str; 8] = ["decimal", "double", "float", "number", "int32", "int64", "integer", "decimal128"];

/// Whether a schema of a text says that it is a number: by its format, its pattern, or all of its values.
fn is_text_of_number(schema: &Value) -> bool {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let all_numbers = schema.get("enum").and_then(Value::as_array).is_some_and(|values| {
        let number = |value: &Value| value.as_str().is_some_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite));
        values.iter().filter(|value| !value.is_null()).all(number)
    });
    all_numbers
        || text("format").is_some_and(|format| NUMERIC.contains(&format))
        || text("pattern").is_some_and(is_pattern_of_numbers)
}

/// Whether a pattern takes some number, and nothing that is plainly none.
fn is_pattern_of_numbers(pattern: &str) -> bool {
    let Ok(pattern) = regex::Regex::new(pattern) else { return false };
    let numbers = ["7", "42", "0.5", "7.50", "12.345", "1234.00", "-3.10"];
    let others = ["a", "x1", "1x", "7 kg", "2024-05-05", "1-2", "12:30", "10.0.0.1", "hello"];
    numbers.iter().any(|text| pattern.is_match(text)) && !others.iter().any(|text| pattern.is_match(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_a_number_where_its_schema_says_so() {
        for schema in [
            json!({"type": "string", "format": "decimal"}),
            json!({"type": "string", "pattern": r"^-?\d{0,8}(?:\.\d{0,2})?$"}),
            json!({"type": "string", "pattern": "^[0-9]+[.][0-9]{2}$"}),
            json!({"type": "string", "enum": ["0.5", "1.0"]}),
        ] {
            assert!(is_text_of_number(&schema), "{schema}");
        }
        for schema in [
            json!({"type": "string"}),
            json!({"type": "string", "format": "date"}),
            json!({"type": "string", "pattern": "^[a-z0-9]+$"}),
            json!({"type": "string", "pattern": "[0-9]"}),
            json!({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
        ] {
            assert!(!is_text_of_number(&schema), "{schema}");
        }
    }
}
