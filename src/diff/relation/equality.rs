//! The short cut: two subtrees that read the same need no comparison beyond what they refer to.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Engine;
use crate::diff::arena::NodeId;
use crate::diff::source::holds_data;

/// Keywords whose branches must be compared as a whole, because they hold only together.
const COMBINATORS: [&str; 4] = ["allOf", "oneOf", "anyOf", "not"];

/// Pairs of subtrees that were found equal in text, with the comparisons that are left below them.
pub(crate) type Known = HashMap<(NodeId, NodeId), Option<Vec<(NodeId, NodeId)>>>;

impl Engine<'_> {
    /// Whether two schemas read the same. If so, `rest` holds the pairs below them that must still be compared:
    /// references and combinators.
    pub(super) fn same(&mut self, old: NodeId, new: NodeId, rest: &mut Vec<(NodeId, NodeId)>) -> bool {
        if let Some(known) = self.equal_values.get(&(old, new)) {
            return known.as_ref().is_some_and(|found| {
                rest.extend_from_slice(found);
                true
            });
        }
        let mut stops = Vec::new();
        let mut path = Vec::new();
        let same = walk(self.old.value(old), self.new.value(new), &mut path, &mut stops, 0);
        // A schema that is itself a reference or a combinator is no shorter this way.
        if !same || stops.iter().any(Vec::is_empty) {
            self.equal_values.insert((old, new), None);
            return false;
        }
        let mut found = Vec::new();
        for stop in stops {
            if let (Some(one), Some(two)) = (follow(&mut self.old, old, &stop), follow(&mut self.new, new, &stop)) {
                found.push((one, two));
            }
        }
        rest.extend_from_slice(&found);
        self.equal_values.insert((old, new), Some(found));
        true
    }
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

fn follow(side: &mut crate::diff::arena::Side<'_>, mut node: NodeId, path: &[Step<'_>]) -> Option<NodeId> {
    for step in path {
        node = match step {
            Step::Key(key) => side.get(node, key)?,
            Step::Index(index) => side.item(node, *index)?,
        };
    }
    Some(node)
}

type Stops<'a> = Vec<Vec<Step<'a>>>;

/// Walks two schemas in step and stops at references and combinators.
fn walk<'a>(old: &'a Value, new: &Value, path: &mut Vec<Step<'a>>, stops: &mut Stops<'a>, depth: usize) -> bool {
    let (Value::Object(one), Value::Object(two)) = (old, new) else { return old == new };
    if depth > 200 {
        return false;
    }
    if one.get("$ref").is_some_and(Value::is_string) && two.get("$ref").is_some_and(Value::is_string) {
        stops.push(path.clone());
        return true;
    }
    if COMBINATORS.iter().any(|key| one.contains_key(*key)) {
        stops.push(path.clone());
        return one.len() == two.len();
    }
    if one.len() != two.len() {
        return false;
    }
    one.iter().all(|(key, value)| two.get(key).is_some_and(|other| member(key, value, other, path, stops, depth)))
}

fn member<'a>(
    key: &'a str,
    old: &'a Value,
    new: &Value,
    path: &mut Vec<Step<'a>>,
    stops: &mut Stops<'a>,
    depth: usize,
) -> bool {
    let length = path.len();
    path.push(Step::Key(key));
    let same = match (key, old, new) {
        (
            "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions",
            Value::Object(one),
            Value::Object(two),
        ) => named(one, two, path, stops, depth),
        ("prefixItems", Value::Array(one), Value::Array(two)) => {
            one.len() == two.len()
                && one.iter().zip(two).enumerate().all(|(index, (one, two))| {
                    path.push(Step::Index(index));
                    let same = walk(one, two, path, stops, depth + 1);
                    path.pop();
                    same
                })
        }
        ("items" | "additionalProperties" | "propertyNames" | "contains" | "if" | "then" | "else", _, _) => {
            walk(old, new, path, stops, depth + 1)
        }
        (key, _, _) if holds_data(key) => old == new,
        _ => old == new,
    };
    path.truncate(length);
    same
}

fn named<'a>(
    one: &'a Map<String, Value>,
    two: &Map<String, Value>,
    path: &mut Vec<Step<'a>>,
    stops: &mut Stops<'a>,
    depth: usize,
) -> bool {
    one.len() == two.len()
        && one.iter().all(|(name, value)| {
            two.get(name).is_some_and(|other| {
                path.push(Step::Key(name));
                let same = walk(value, other, path, stops, depth + 1);
                path.pop();
                same
            })
        })
}
