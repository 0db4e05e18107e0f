//! What the clauses of `x-contract` say, beside what the schemas say: figures, words and kinds that agree.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Scope;
use crate::diff::arena::NodeId;
use crate::diff::checker;
use crate::diff::law::Direction;
use crate::diff::lowered::Lowering;
use crate::lint::{Linter, rules};

/// Longest number that is tried as a key, in digits.
const DIGITS: &str = "123456789012345678901234567890123456";

impl<'a> Linter<'a> {
    fn contradicts(&mut self, at: (NodeId, &str), title: String, values: (&str, &str)) {
        self.fault(&rules::SEMANTICS_CONTRADICT, (at.0, Some(at.1)), title, values);
    }

    /// The page size: its figures among themselves, and beside those of the parameter.
    pub(super) fn size(&mut self, clause: NodeId, sent: &[NodeId]) {
        let value = self.side.value(clause);
        let figure = |key: &str| {
            let value = value.get(key)?;
            // A figure that is less sure than the rest may well differ.
            let sure = value.get("level").and_then(Value::as_str).is_none_or(|level| level == "deny");
            value.as_f64().or_else(|| value.get("value").and_then(Value::as_f64).filter(|_| sure))
        };
        let (least, most, default) = (figure("min"), figure("max"), figure("default"));
        for (low, high, below, above) in
            [("min", "max", least, most), ("min", "default", least, default), ("default", "max", default, most)]
        {
            if let (Some(one), Some(two)) = (below, above)
                && one > two
            {
                let title = format!("the page size has `{low}` {one} above `{high}` {two}");
                self.contradicts((clause, low), title, (&format!("at most {two}"), &one.to_string()));
            }
        }
        if self.has_alternatives(sent) {
            return;
        }
        let bound = |linter: &Self, key: &str| {
            sent.iter().find_map(|part| linter.side.value(*part).get(key).and_then(Value::as_f64))
        };
        let (low, high) = (bound(self, "minimum"), bound(self, "maximum"));
        let mut default_outside = false;
        for (key, figure) in [("min", least), ("default", default), ("max", most)] {
            let Some(figure) = figure else { continue };
            let outside = match (low, high) {
                (Some(low), _) if figure < low => Some(("minimum", low)),
                (_, Some(high)) if figure > high => Some(("maximum", high)),
                _ => None,
            };
            if let Some((bound, limit)) = outside {
                default_outside |= key == "default";
                let title = format!("the page size has `{key}` {figure}, but the parameter's `{bound}` is {limit}");
                self.contradicts((clause, key), title, (&format!("{bound} {limit}"), &figure.to_string()));
            }
        }
        self.sizes_left_open(clause, (least, most), (low, high));
        if let (Some(default), Some(declared)) = (default, bound(self, "default"))
            && !default_outside
            && (default - declared).abs() > f64::EPSILON
        {
            let title = format!("the page size has `default` {default}, but the parameter's `default` is {declared}");
            self.contradicts((clause, "default"), title, (&declared.to_string(), &default.to_string()));
        }
    }

    /// Sizes that the parameter takes, and that the clause lets a server refuse: one of the two is not meant.
    fn sizes_left_open(
        &mut self,
        clause: NodeId,
        promised: (Option<f64>, Option<f64>),
        taken: (Option<f64>, Option<f64>),
    ) {
        let value = self.side.value(clause);
        let served = |key: &str| {
            let said = value.get(key).map(|said| said.get("is").unwrap_or(said)).and_then(Value::as_str);
            matches!(said, Some("clamp" | "default" | "ignore"))
        };
        if let (Some(least), Some(low)) = (promised.0, taken.0)
            && low < least
            && !served("below")
            && !(low.abs() < f64::EPSILON && least <= 1.0 && served("zero"))
        {
            let title = format!("the page size has `min` {least}, but the parameter takes sizes from {low}");
            let values = (&*format!("`min: {low}`, `minimum: {least}`, or what such a size gets"), "neither");
            self.fault(&rules::PAGE_SIZE_UNSETTLED, (clause, Some("min")), title, values);
        }
        let ceiling = value.get("ceiling").and_then(Value::as_f64);
        if let (Some(most), Some(high)) = (promised.1, taken.1)
            && high > most
            && !served("above")
            && ceiling.is_none_or(|ceiling| ceiling < high)
        {
            let title = format!("the page size has `max` {most}, but the parameter takes sizes up to {high}");
            let values = (&*format!("`max: {high}`, `maximum: {most}`, or what such a size gets"), "neither");
            self.fault(&rules::PAGE_SIZE_UNSETTLED, (clause, Some("max")), title, values);
        }
    }

    /// A list is paged in one way: by where the last page ended, by an offset, or by a number. An address of the next
    /// page holds whatever leads there.
    pub(super) fn one_way_of_paging(&mut self, page: NodeId) {
        let mut ways = Vec::new();
        for key in ["next", "offset", "number"] {
            let Some(clause) = self.side.get(page, key) else { continue };
            let header = self.side.get(clause, "spot").is_some_and(|spot| self.side.text(spot, "header").is_some())
                || self.side.text(clause, "header").is_some();
            if !header && self.side.text(clause, "as") != Some("url") {
                ways.push(key);
            }
        }
        let [one, two, ..] = ways.as_slice() else { return };
        let numbered = ways.contains(&"next") && ways.contains(&"number");
        let hint = if numbered { "; the number of the next page is `next-number`" } else { "" };
        let title = format!("the list is paged by `{one}` and by `{two}`{hint}");
        let values = ("one way to the next page", "two");
        self.fault(&rules::PAGING_DECLARED_TWICE, (page, Some(two)), title, values);
    }

    /// What speaks of page numbers stands where pages have them.
    pub(super) fn page_numbers(&mut self, page: NodeId) {
        let value = self.side.value(page);
        if value.get("number").is_some() {
            return;
        }
        if value.get("next-number").is_some() {
            let title = "the answer names the number of the next page, but no parameter takes one".to_owned();
            self.contradicts((page, "next-number"), title, ("`number` beside it", "none"));
        }
        if value.get("past-end").and_then(Value::as_str) == Some("last") {
            let title = "the last page comes again beyond the end, but pages have no numbers".to_owned();
            self.contradicts((page, "past-end"), title, ("`number` beside it", "none"));
        }
    }

    /// The words of a sort are among those that the parameters list.
    pub(super) fn sort_words(&mut self, scope: &Scope<'a>, sort: NodeId) {
        let direction = self.side.get(sort, "direction");
        if let Some(direction) = direction {
            let sent = self.slot(scope, direction);
            for key in ["ascending", "descending"] {
                if let Some(word) = self.side.get(direction, key) {
                    self.listed(word, (direction, key), &sent);
                }
            }
        }
        let Some(by) = self.side.get(sort, "by") else { return };
        let sent = self.slot(scope, by);
        if self.side.value(by).get("template").is_some() {
            return;
        }
        for key in ["fields", "values"] {
            let Some(map) = self.side.get(sort, key) else { continue };
            for (name, _) in self.side.members(map) {
                self.word_listed(name, (map, name), &sent);
            }
        }
    }

    /// The values of a filter that are tried are among those that the parameter lists.
    pub(super) fn filter_values(&mut self, filter: NodeId, sent: &[NodeId]) {
        let Some(values) = self.side.get(filter, "values") else { return };
        if self.side.value(filter).get("template").is_some() {
            return;
        }
        for value in self.side.items(values) {
            self.listed(value, (filter, "values"), sent);
        }
    }

    pub(super) fn listed(&mut self, word: NodeId, at: (NodeId, &str), sent: &[NodeId]) {
        let value = self.side.value(word);
        if value.is_array() || value.is_object() {
            return;
        }
        self.word_listed(&text_of(value), at, sent);
    }

    fn word_listed(&mut self, word: &str, at: (NodeId, &str), sent: &[NodeId]) {
        let Some(words) = self.enumerated(sent) else { return };
        if !words.contains(word) {
            let hint = crate::lint::hint(word, words.iter().map(String::as_str));
            let title = format!("`{word}` is not among the values that the parameter lists{hint}");
            let known: Vec<&str> = words.iter().map(String::as_str).collect();
            self.contradicts(at, title, (&known.join(", "), word));
        }
    }

    /// The values that schemas, or the schemas of their items, enumerate; none where any other value is lawful.
    fn enumerated(&mut self, parts: &[NodeId]) -> Option<BTreeSet<String>> {
        if self.has_alternatives(parts) {
            return None;
        }
        let items = parts.iter().find_map(|part| self.side.get(*part, "items"));
        let parts = match items {
            Some(items) => self.parts(items),
            None => parts.to_vec(),
        };
        if self.has_alternatives(&parts) {
            return None;
        }
        let lists: Vec<&Value> = parts.iter().filter_map(|part| self.side.value(*part).get("enum")).collect();
        if lists.is_empty() {
            return None;
        }
        Some(lists.into_iter().filter_map(Value::as_array).flatten().map(text_of).collect())
    }

    fn has_alternatives(&self, parts: &[NodeId]) -> bool {
        parts.iter().any(|part| {
            let value = self.side.value(*part);
            value.get("oneOf").is_some() || value.get("anyOf").is_some()
        })
    }

    /// An expansion: what it adds, what that agrees with, and the value that asks for it are declared.
    pub(super) fn expands(&mut self, scope: &Scope<'a>, clause: NodeId, record: Option<NodeId>) {
        let sent = self.slot(scope, clause);
        self.resource_schema(clause, "resource");
        if let Some(value) = self.side.get(clause, "value") {
            self.listed(value, (clause, "value"), &sent);
        }
        let Some(record) = record else { return };
        self.declared_field((clause, "adds"), self.side.text(clause, "adds"), record);
        let Some(agrees) = self.side.get(clause, "agrees") else { return };
        for (inside, own) in self.side.members(agrees) {
            self.declared_field((agrees, inside), Some(inside), record);
            self.declared_field((agrees, inside), self.side.value(own).as_str(), record);
        }
    }

    /// A field of the record, unless what holds it is free in its members.
    fn declared_field(&mut self, at: (NodeId, &str), pointer: Option<&str>, record: NodeId) {
        let Some(pointer) = pointer else { return };
        let holder = pointer.rsplit_once('/').map_or("", |(holder, _)| holder);
        let around = self.at_pointer(record, holder);
        let free = !around.is_empty() && self.names_below(&around).is_empty();
        if !free {
            self.field_at_key(at.0, at.1, pointer, record, &[]);
        }
    }

    /// A key that is read through a parameter for numbers can be written as a number.
    pub(super) fn key_can_be_sent(&mut self, clause: NodeId, sent: &[NodeId], record: NodeId) {
        let types = self.types(sent);
        if types.is_empty() || types.iter().any(|kind| !matches!(*kind, "integer" | "number")) {
            return;
        }
        let pointer = self.side.text(clause, "key").unwrap_or_default();
        let keys = self.at_pointer(record, pointer);
        let [key] = keys.as_slice() else { return };
        if self.side.text(*key, "type") != Some("string") {
            return;
        }
        let lawful = (1..=DIGITS.len()).any(|length| {
            let value = Value::from(&DIGITS[..length]);
            let lowered = Lowering::new(&mut self.side, Some(Direction::Response)).schema(*key, &value, 0);
            checker::faults(&lowered, &value).is_none_or(|faults| faults.is_empty())
        });
        if !lawful {
            let title =
                format!("the key `{pointer}` is a text that is never a number, but its parameter takes numbers");
            self.contradicts((clause, "slot"), title, ("a parameter that takes the key", &types.join(" or ")));
        }
    }

    /// The field that shows the tenant is one that records have.
    pub(super) fn tenant_field(&mut self, contract: NodeId) {
        let Some(tenancy) = self.side.get(contract, "tenancy") else { return };
        let Some(pointer) = self.side.text(tenancy, "field") else { return };
        let resources = self.side.get(contract, "resources").map(|node| self.side.members(node)).unwrap_or_default();
        let mut schemas = Vec::new();
        for (_, resource) in resources {
            let text = self.side.text(resource, "schema").and_then(|text| text.strip_prefix('#'));
            schemas.extend(text.and_then(|pointer| self.side.at(0, pointer)));
        }
        let known = schemas.iter().any(|schema| !self.at_pointer(*schema, pointer).is_empty());
        if !known && !schemas.is_empty() {
            let mut names = Vec::new();
            for schema in &schemas {
                let parts = self.parts(*schema);
                names.extend(self.names_below(&parts));
            }
            let hint = crate::lint::hint(pointer.trim_start_matches('/'), names);
            let title = format!("no resource has the field `{pointer}` that shows the tenant{hint}");
            self.broken(tenancy, "field", title, ("a field of some resource", pointer));
        }
    }

    /// The statuses of refusals are such as some operation declares.
    pub(super) fn refusals(&mut self, contract: NodeId) {
        let Some(refusals) = self.side.get(contract, "refusals") else { return };
        let mut declared: BTreeSet<&str> = BTreeSet::new();
        for operation in self.all_operations() {
            if let Some(responses) = crate::diff::api::child(&mut self.side, operation.node, "responses") {
                declared.extend(self.side.members(responses).into_iter().map(|(status, _)| status));
            }
        }
        if declared.contains("default") {
            return;
        }
        for (name, refusal) in self.side.members(refusals) {
            let Some(statuses) = self.side.get(refusal, "statuses") else { continue };
            for status in self.side.items(statuses) {
                let text = text_of(self.side.value(status));
                let range = format!("{}XX", text.get(..1).unwrap_or_default());
                if !declared.contains(text.as_str()) && !declared.contains(range.as_str()) {
                    let title = format!("no operation declares the status {text} of the refusal `{name}`");
                    self.broken(status, "", title, ("a declared response", &text));
                }
            }
        }
    }

    /// The rules of one schema are told apart by their ids.
    pub(super) fn rule_ids(&mut self, rules: NodeId) {
        let mut seen = BTreeSet::new();
        for rule in self.side.items(rules) {
            let Some(id) = self.side.text(rule, "id") else { continue };
            if !seen.insert(id) {
                let title = format!("two rules of one schema are called `{id}`");
                self.fault(&rules::RULE_ID_REPEATED, (rule, Some("id")), title, ("ids that differ", id));
            }
        }
    }
}

/// A value as it is sent.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
