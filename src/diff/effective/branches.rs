//! Objects: the properties of every branch of an `allOf`, and what the branches say of each other's.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Additional, Effective};
use crate::diff::arena::{NodeId, Side};

/// The `additionalProperties` of one branch, with the properties that it declares itself.
#[derive(Clone, Debug)]
pub(super) struct Limit<'a> {
    schema: NodeId,
    own: Option<&'a Map<String, Value>>,
}

impl<'a> Effective<'a> {
    pub(super) fn add_object(&mut self, side: &mut Side<'a>, node: NodeId, map: &'a Map<String, Value>) {
        if let Some(properties) = map.get("properties").and_then(Value::as_object)
            && let Some(holder) = side.get(node, "properties")
        {
            for name in properties.keys() {
                if let Some(property) = side.get(holder, name) {
                    self.properties.entry(name.as_str()).or_default().push(property);
                }
            }
        }
        if let Some(names) = map.get("required").and_then(Value::as_array) {
            self.required.extend(names.iter().filter_map(Value::as_str));
        }
        match map.get("additionalProperties") {
            Some(Value::Bool(false)) => {
                self.additional = Additional::Forbidden;
                let own = map.get("properties").and_then(Value::as_object);
                let own: BTreeSet<&str> = own.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
                self.allowed = Some(match self.allowed.take() {
                    Some(known) => known.intersection(&own).copied().collect(),
                    None => own,
                });
            }
            Some(Value::Object(schema)) if !schema.is_empty() => {
                if let Some(inner) = side.get(node, "additionalProperties") {
                    self.limit(inner, map);
                    match &mut self.additional {
                        Additional::Any => self.additional = Additional::Schema(vec![inner]),
                        Additional::Schema(list) => list.push(inner),
                        Additional::Forbidden => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Keeps what a branch says of properties that it does not declare.
    fn limit(&mut self, schema: NodeId, branch: &'a Map<String, Value>) {
        // Which names patterns take away is not known.
        if !branch.contains_key("patternProperties") {
            self.limits.push(Limit { schema, own: branch.get("properties").and_then(Value::as_object) });
        }
    }

    /// Applies `additionalProperties` to what other branches declare: each branch judges alone, and knows its own
    /// properties only (JSON Schema, `additionalProperties`).
    pub(super) fn judge_alone(&mut self) {
        for limit in std::mem::take(&mut self.limits) {
            for (name, nodes) in &mut self.properties {
                if limit.own.is_none_or(|own| !own.contains_key(*name)) && !nodes.contains(&limit.schema) {
                    nodes.push(limit.schema);
                }
            }
        }
    }
}
