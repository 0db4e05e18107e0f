//! `x-rules` of every schema: a rule is what it says, whatever its id and wherever its schema moved.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Clauses;
use super::plain::{ABOUT, grades};
use crate::diff::api::{Api, Context, METHODS};
use crate::diff::arena::{NodeId, Side};
use crate::diff::change::At;
use crate::diff::source::holds_data;
use crate::document::{escape, unescape};

/// Deepest nesting that is searched.
const MAX_DEPTH: usize = 200;

/// One rule.
#[derive(Clone, Debug)]
struct Found<'a> {
    file: u32,
    /// Pointer of the schema that has it.
    holder: String,
    id: &'a str,
    /// What it says, without its id and what only explains it.
    says: String,
    node: NodeId,
}

impl Found<'_> {
    fn subject(&self) -> String {
        let name = self.holder.strip_prefix("/components/schemas/").map(unescape);
        match name.or_else(|| crate::diff::spoken::spoken(&self.holder)) {
            Some(holder) => format!("{} of {holder}", self.id),
            None => self.id.to_owned(),
        }
    }
}

impl<'a> Api<'a> {
    /// Compares the rules of all schemas, named or not.
    pub(super) fn compare_rules(&mut self, whole: &Context) {
        let old = rules_of(&mut self.engine.old);
        let new = rules_of(&mut self.engine.new);
        let partners = self.pair_rules(&old, &new);
        let mut taken = vec![false; new.len()];
        for (rule, partner) in old.iter().zip(&partners) {
            let Some(at) = *partner else {
                if !self.operation_is_gone(&rule.holder) {
                    let holder = self.holder_in_new(rule);
                    let clauses = Clauses { old: Some(rule.node), new: None, holder: (At::node(rule.node), holder) };
                    self.promise(whole, &rule.subject(), &clauses);
                }
                continue;
            };
            taken[at] = true;
            let other = &new[at];
            let holder = (At::node(rule.node), At::node(other.node));
            let clauses = Clauses { old: Some(rule.node), new: Some(other.node), holder };
            if rule.says != other.says {
                self.promise(whole, &rule.subject(), &clauses);
            }
            let (one, two) = self.values_of(&clauses);
            self.say_levels(whole, &rule.subject(), &clauses, (grades(one, "deny"), grades(two, "deny")));
        }
        for (rule, _) in new.iter().zip(taken).filter(|(_, taken)| !taken) {
            let holder = (At::node(self.engine.old.root()), At::node(rule.node));
            let clauses = Clauses { old: None, new: Some(rule.node), holder };
            self.promise(whole, &rule.subject(), &clauses);
        }
    }

    /// For each old rule the new one that is the same: by schema and id, by schema and text, and by text alone where
    /// the schema itself moved.
    fn pair_rules(&mut self, old: &[Found<'a>], new: &[Found<'a>]) -> Vec<Option<usize>> {
        let mut taken = vec![false; new.len()];
        let mut partners = vec![None; old.len()];
        let mut by_holder: HashMap<(u32, &str), Vec<usize>> = HashMap::new();
        let mut by_text: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, rule) in new.iter().enumerate() {
            by_holder.entry((rule.file, &rule.holder)).or_default().push(at);
            by_text.entry(&rule.says).or_default().push(at);
        }
        for round in 0..3 {
            for (index, rule) in old.iter().enumerate() {
                if partners[index].is_some() {
                    continue;
                }
                let here = match round {
                    0 | 1 => by_holder.get(&(rule.file, rule.holder.as_str())),
                    _ => by_text.get(rule.says.as_str()),
                };
                let found = here.into_iter().flatten().copied().find(|at| {
                    let other = &new[*at];
                    !taken[*at]
                        && match round {
                            0 => other.says == rule.says,
                            1 => other.id == rule.id,
                            _ => self.holder_moved(rule, other),
                        }
                });
                if let Some(at) = found {
                    taken[at] = true;
                    partners[index] = Some(at);
                }
            }
        }
        partners
    }

    /// Whether a schema may be the other under another name: neither stands where the other document has it.
    fn holder_moved(&mut self, old: &Found<'a>, new: &Found<'a>) -> bool {
        let below =
            |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with("/allOf/"));
        let free = |side: &mut Side<'a>, file: u32, pointer: &str| {
            let node = if (file as usize) < side.workspace().documents().len() { side.at(file, pointer) } else { None };
            node.is_none_or(|node| side.reference(node).is_some())
        };
        below(&old.holder, &new.holder)
            || below(&new.holder, &old.holder)
            || free(&mut self.engine.new, old.file, &old.holder) && free(&mut self.engine.old, new.file, &new.holder)
    }

    /// Whether the operation that holds a schema went as a whole, which is said elsewhere.
    fn operation_is_gone(&mut self, pointer: &str) -> bool {
        let mut segments = pointer.split('/').skip(1);
        let (Some("paths"), Some(path), Some(method)) = (segments.next(), segments.next(), segments.next()) else {
            return false;
        };
        METHODS.contains(&method) && self.engine.new.at(0, &format!("/paths/{path}/{method}")).is_none()
    }

    /// Where in the new document the schema of a rule stands, or else the document.
    fn holder_in_new(&mut self, rule: &Found<'a>) -> At {
        let side = &mut self.engine.new;
        let known = (rule.file as usize) < side.workspace().documents().len();
        let node = if known { side.at(rule.file, &rule.holder) } else { None };
        At::node(node.unwrap_or_else(|| side.root()))
    }
}

/// The rules of all schemas of all files, in document order.
fn rules_of<'a>(side: &mut Side<'a>) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    for (file, document) in side.workspace().documents().iter().enumerate() {
        if document.text().contains("x-rules") {
            let mut holders = Vec::new();
            search(document.root(), &mut String::new(), &mut holders, 0);
            let file = u32::try_from(file).unwrap_or(u32::MAX);
            for holder in holders {
                let Some(list) = side.at(file, &format!("{holder}/x-rules")) else { continue };
                for node in side.items(list) {
                    let Some(id) = side.text(node, "id") else { continue };
                    let says = said(side.value(node));
                    found.push(Found { file, holder: holder.clone(), id, says, node });
                }
            }
        }
    }
    found
}

/// What a rule says.
fn said(rule: &Value) -> String {
    let Some(map) = rule.as_object() else { return String::new() };
    let kept: Map<String, Value> = map
        .iter()
        .filter(|(key, _)| !ABOUT.contains(&key.as_str()) && !matches!(key.as_str(), "id" | "group"))
        .map(|(key, value)| {
            let text = value.as_str().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
            (key.clone(), text.map_or_else(|| value.clone(), Value::String))
        })
        .collect();
    let group = map.get("group").and_then(Value::as_str).map(|_| "grouped").unwrap_or_default();
    format!("{}{group}", crate::diff::types::value_key(&Value::Object(kept)))
}

/// Pointers of all objects that have rules.
fn search(value: &Value, pointer: &mut String, found: &mut Vec<String>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    let length = pointer.len();
    match value {
        Value::Object(map) => {
            if map.get("x-rules").is_some_and(Value::is_array) {
                found.push(pointer.clone());
            }
            // The name of a property may well be that of a keyword.
            let named = ["properties", "schemas", "responses", "headers"].iter().any(|last| pointer.ends_with(last));
            for (key, inner) in map.iter().filter(|(key, _)| named || !holds_data(key)) {
                pointer.push('/');
                pointer.push_str(&escape(key));
                search(inner, pointer, found, depth + 1);
                pointer.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                search(inner, pointer, found, depth + 1);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}
