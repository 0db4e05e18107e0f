//! Our own semantics: what `x-contract` and `x-rules` promise, before and after.
//!
//! A clause is a promise about answers or an offer for requests. Offers that go narrow what may be asked; promises
//! that go widen what may come. The clauses are compared as plain values: their defaults are those of
//! `openapi/README.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::api::{Api, Both, Context, Reached};
use super::arena::{NodeId, Side};
use super::change::{At, Change};
use super::law::Direction;
use super::rule::Rule;
use super::rules;
use super::types::same_value;

/// Keys that explain or weigh a clause, but are no promise themselves.
const ABOUT: [&str; 5] = ["source", "level", "strict", "message", "description"];

/// A clause without what only explains it; `more: /x` and `more: {spot: /x}` are one.
fn bare(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept: serde_json::Map<String, Value> = map
                .iter()
                .filter(|(key, _)| !ABOUT.contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), bare(value)))
                .collect();
            match kept.get("spot") {
                Some(spot) if kept.len() == 1 => spot.clone(),
                _ => Value::Object(kept),
            }
        }
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}

fn same(one: Option<&Value>, two: Option<&Value>) -> bool {
    match (one, two) {
        (Some(one), Some(two)) => same_value(&bare(one), &bare(two)),
        (None, None) => true,
        _ => false,
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or("none".to_owned(), |value| bare(value).to_string())
}

/// Members of an object; the items of a list by their position in text.
fn members(value: Option<&Value>) -> BTreeMap<&str, &Value> {
    value
        .and_then(Value::as_object)
        .map(|map| map.iter().map(|(key, value)| (key.as_str(), value)).collect())
        .unwrap_or_default()
}

/// The clauses of both sides under comparison, and where they stand.
struct Clauses<'v> {
    old: Option<&'v Value>,
    new: Option<&'v Value>,
    at: (Option<At>, Option<At>),
}

impl<'v> Clauses<'v> {
    fn get(&self, key: &str) -> Self {
        let pick = |side: Option<&'v Value>| side.and_then(|value| value.get(key));
        Self { old: pick(self.old), new: pick(self.new), at: self.at.clone() }
    }

    fn differ(&self) -> bool {
        !same(self.old, self.new)
    }
}

impl<'a> Api<'a> {
    pub(super) fn compare_semantics(&mut self, context: &Context, both: Both) {
        let clauses = self.clauses(both.old, both.new);
        if !clauses.differ() {
            return;
        }
        self.compare_lists(context, &clauses.get("lists"));
        let reads = clauses.get("reads");
        self.promise(context, "reads", &reads);
        self.compare_expansions(context, &clauses.get("expands"));
    }

    fn clauses(&mut self, old: NodeId, new: NodeId) -> Clauses<'a> {
        let read =
            |side: &mut Side<'a>, node: NodeId| (side.value(node).get("x-contract"), side.get(node, "x-contract"));
        let (one, old_node) = read(&mut self.engine.old, old);
        let (two, new_node) = read(&mut self.engine.new, new);
        let at = (old_node.or(Some(old)).map(At::node), new_node.or(Some(new)).map(At::node));
        Clauses { old: one, new: two, at }
    }

    fn clause(&mut self, context: &Context, rule: &'static Rule, subject: &str, clauses: &Clauses<'_>) {
        let direction = match rule.effect {
            super::law::Effect::Narrows | super::law::Effect::Widens if rule.id.starts_with("promise") => {
                Direction::Response
            }
            _ => Direction::Request,
        };
        let change = Change::new(rule, direction)
            .at(clauses.at.0.clone(), clauses.at.1.clone())
            .about(format!("`{subject}`"))
            .values(shown(clauses.old), shown(clauses.new));
        let operations = if context.label.is_empty() { Vec::new() } else { vec![context.label.clone()] };
        self.found.push(Reached { change, operations, spot: "x-contract".to_owned() });
    }

    /// A promise about answers that came, went, or reads differently.
    fn promise(&mut self, context: &Context, subject: &str, clauses: &Clauses<'_>) {
        let rule: &'static Rule = match (clauses.old, clauses.new) {
            (Some(_), None) => &rules::promise_removed::RULE,
            (None, Some(_)) => &rules::promise_added::RULE,
            _ if clauses.differ() => &rules::promise_changed::RULE,
            _ => return,
        };
        self.clause(context, rule, subject, clauses);
    }

    /// Says one rule when both sides have the clause and it differs, and speaks of a promise when only one has it.
    fn replaced(&mut self, context: &Context, rule: &'static Rule, subject: &str, clauses: &Clauses<'_>) {
        if clauses.old.is_some() && clauses.new.is_some() {
            if clauses.differ() {
                self.clause(context, rule, subject, clauses);
            }
        } else {
            self.promise(context, subject, clauses);
        }
    }

    fn compare_lists(&mut self, context: &Context, lists: &Clauses<'_>) {
        if lists.old.is_none() || lists.new.is_none() {
            return self.promise(context, "lists", lists);
        }
        self.replaced(context, &rules::collection_moved::RULE, "items", &lists.get("items"));
        self.replaced(context, &rules::record_key_changed::RULE, "key", &lists.get("key"));
        self.replaced(context, &rules::record_key_changed::RULE, "resource", &lists.get("resource"));
        self.compare_page(context, &lists.get("page"));
        self.compare_filters(context, &lists.get("filters"));
        self.compare_sort(context, &lists.get("sort"));
    }

    fn compare_page(&mut self, context: &Context, page: &Clauses<'_>) {
        if page.old.is_none() || page.new.is_none() {
            return self.promise(context, "page", page);
        }
        let ways = |value: Option<&Value>| -> BTreeSet<String> {
            members(value)
                .into_keys()
                .filter(|key| matches!(*key, "next" | "offset" | "number"))
                .map(str::to_owned)
                .collect()
        };
        let (before, after) = (ways(page.old), ways(page.new));
        if before.difference(&after).next().is_some() {
            self.clause(context, &rules::paging_style_changed::RULE, "page", page);
        } else {
            for way in &before {
                self.replaced(context, &rules::paging_style_changed::RULE, way, &page.get(way));
            }
        }
        self.compare_size(context, &page.get("size"));
        for key in ["more", "count", "total", "remaining", "size-echo", "offset-echo"] {
            let clause = page.get(key);
            if clause.old.is_some() && clause.new.is_some() && clause.differ() {
                // A spot that moved is a promise that is kept elsewhere: consumers look in the old place.
                self.clause(context, &rules::promise_moved::RULE, key, &clause);
            } else {
                self.promise(context, key, &clause);
            }
        }
        for key in ["empty", "full-end", "last-token", "past-end"] {
            let clause = page.get(key);
            if clause.differ() {
                self.clause(context, &rules::promise_changed::RULE, key, &clause);
            }
        }
    }

    fn compare_size(&mut self, context: &Context, size: &Clauses<'_>) {
        if size.old.is_none() || size.new.is_none() {
            return self.promise(context, "size", size);
        }
        self.replaced(context, &rules::paging_style_changed::RULE, "size.slot", &size.get("slot"));
        let default = size.get("default");
        if default.differ() {
            self.clause(context, &rules::page_size_default_changed::RULE, "size.default", &default);
        }
        for (key, low) in [("min", true), ("max", false)] {
            let limit = size.get(key);
            let number = |value: Option<&Value>| value.and_then(Value::as_f64);
            let (one, two) = (number(limit.old), number(limit.new));
            // A maximum that is not said promises no size at all; a minimum that is not said is 1.
            let missing = if low { 1.0 } else { 0.0 };
            let (before, after) = (one.unwrap_or(missing), two.unwrap_or(missing));
            let narrows = if low { after > before } else { after < before };
            if narrows {
                self.clause(context, &rules::page_size_limit_narrowed::RULE, &format!("size.{key}"), &limit);
            } else if before.total_cmp(&after).is_ne() {
                self.clause(context, &rules::page_size_limit_widened::RULE, &format!("size.{key}"), &limit);
            }
        }
    }

    fn compare_filters(&mut self, context: &Context, filters: &Clauses<'_>) {
        let (old, new) = (members(filters.old), members(filters.new));
        for name in old.keys().chain(new.keys()).copied().collect::<BTreeSet<_>>() {
            let filter = filters.get(name);
            let rule: &'static Rule = match (filter.old, filter.new) {
                (Some(_), None) => &rules::filter_removed::RULE,
                (None, Some(_)) => &rules::filter_added::RULE,
                _ if filter.differ() => {
                    let weighty = ["slot", "field", "match", "case", "rule", "template", "absent"];
                    if weighty.iter().any(|key| filter.get(key).differ()) {
                        &rules::filter_match_changed::RULE
                    } else {
                        &rules::promise_changed::RULE
                    }
                }
                _ => continue,
            };
            self.clause(context, rule, name, &filter);
        }
    }

    fn compare_sort(&mut self, context: &Context, sort: &Clauses<'_>) {
        for map in ["fields", "values"] {
            let fields = sort.get(map);
            let (old, new) = (members(fields.old), members(fields.new));
            for name in old.keys().chain(new.keys()).copied().collect::<BTreeSet<_>>() {
                let field = fields.get(name);
                let rule: &'static Rule = match (field.old, field.new) {
                    (Some(_), None) => &rules::sort_field_removed::RULE,
                    (None, Some(_)) => &rules::sort_field_added::RULE,
                    _ if field.differ() => &rules::default_order_changed::RULE,
                    _ => continue,
                };
                self.clause(context, rule, name, &field);
            }
        }
        self.replaced(context, &rules::default_order_changed::RULE, "sort.default", &sort.get("default"));
        if sort.old.is_some() && sort.new.is_some() {
            for key in ["by", "direction", "slot"] {
                self.replaced(context, &rules::default_order_changed::RULE, &format!("sort.{key}"), &sort.get(key));
            }
        }
    }

    fn compare_expansions(&mut self, context: &Context, expands: &Clauses<'_>) {
        let by_value = |value: Option<&Value>| -> BTreeMap<String, Value> {
            let all = value.and_then(Value::as_array).into_iter().flatten();
            all.map(|clause| (clause.get("value").map_or_else(String::new, Value::to_string), bare(clause))).collect()
        };
        let (old, new) = (by_value(expands.old), by_value(expands.new));
        for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let one = Clauses { old: old.get(name), new: new.get(name), at: expands.at.clone() };
            let rule: &'static Rule = match (one.old, one.new) {
                (Some(_), None) => &rules::expansion_removed::RULE,
                (None, Some(_)) => &rules::expansion_added::RULE,
                _ if one.differ() => &rules::promise_changed::RULE,
                _ => continue,
            };
            self.clause(context, rule, name.trim_matches('"'), &one);
        }
    }

    /// The clauses of the document as a whole, and the rules of its schemas.
    pub(super) fn compare_root_semantics(&mut self) {
        let whole = Context { label: String::new(), direction: Direction::Request };
        let clauses = self.clauses(self.engine.old.root(), self.engine.new.root());
        if clauses.differ() {
            let resources = clauses.get("resources");
            for name in
                members(resources.old).keys().chain(members(resources.new).keys()).copied().collect::<BTreeSet<_>>()
            {
                let resource = resources.get(name);
                self.replaced(&whole, &rules::record_key_changed::RULE, &format!("{name}.key"), &resource.get("key"));
                for key in ["version", "volatile"] {
                    self.promise(&whole, &format!("{name}.{key}"), &resource.get(key));
                }
            }
            self.replaced(&whole, &rules::tenancy_changed::RULE, "tenancy.slot", &clauses.get("tenancy").get("slot"));
            for key in ["field", "echo"] {
                self.promise(&whole, &format!("tenancy.{key}"), &clauses.get("tenancy").get(key));
            }
            let unknown = clauses.get("unknown-parameters");
            if unknown.differ() {
                self.clause(&whole, &rules::promise_changed::RULE, "unknown-parameters", &unknown);
            }
            let refusals = clauses.get("refusals");
            for name in
                members(refusals.old).keys().chain(members(refusals.new).keys()).copied().collect::<BTreeSet<_>>()
            {
                self.promise(&whole, &format!("refusals.{name}"), &refusals.get(name));
            }
        }
        self.compare_rules(&whole);
    }

    /// `x-rules` by component and id.
    fn compare_rules(&mut self, whole: &Context) {
        let old = rules_of(&mut self.engine.old);
        let new = rules_of(&mut self.engine.new);
        for key in old.keys().chain(new.keys()).cloned().collect::<BTreeSet<_>>() {
            let (one, two) = (old.get(&key), new.get(&key));
            let clauses = Clauses {
                old: one.map(|node| self.engine.old.value(*node)),
                new: two.map(|node| self.engine.new.value(*node)),
                at: (one.copied().map(At::node), two.copied().map(At::node)),
            };
            self.promise(whole, &format!("{} of {}", key.1, key.0), &clauses);
        }
    }
}

/// The rules of all named schemas: name of the schema, id of the rule.
fn rules_of<'a>(side: &mut Side<'a>) -> BTreeMap<(&'a str, &'a str), NodeId> {
    let mut found = BTreeMap::new();
    let root = side.root();
    let schemas = side.get(root, "components").and_then(|components| side.get(components, "schemas"));
    let Some(schemas) = schemas else { return found };
    for (name, schema) in side.members(schemas) {
        let Some(list) = side.get(schema, "x-rules") else { continue };
        for rule in side.items(list) {
            if let Some(id) = side.text(rule, "id") {
                found.insert((name, id), rule);
            }
        }
    }
    found
}
