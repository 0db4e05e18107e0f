//! What the branches of an `allOf` say of each other's properties.

use serde_json::{Map, Value};

use super::Effective;
use crate::diff::arena::NodeId;

/// The `additionalProperties` of one branch, with the properties that it declares itself.
#[derive(Clone, Debug)]
pub(super) struct Limit<'a> {
    schema: NodeId,
    own: Option<&'a Map<String, Value>>,
}

impl<'a> Effective<'a> {
    /// Keeps what a branch says of properties that it does not declare.
    pub(super) fn limit(&mut self, schema: NodeId, branch: &'a Map<String, Value>) {
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
