//! Which schemas hold at once, and whether null satisfies them all.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::negation::{Negated, doubly_negated};
use super::{Part, inferred_types};
use crate::diff::arena::{NodeId, Side};
use crate::diff::types::TypeSet;

/// Most schemas that are followed to decide whether null is allowed.
const MAX_NULL_SCHEMAS: usize = 512;

/// Whether a schema says anything beside its combinators and annotations.
pub(super) fn speaks(schema: &Value) -> bool {
    let idle = |key: &str| {
        matches!(
            key,
            "oneOf"
                | "anyOf"
                | "allOf"
                | "discriminator"
                | "nullable"
                | "title"
                | "description"
                | "example"
                | "examples"
                | "default"
                | "deprecated"
                | "externalDocs"
        ) || key.starts_with("x-")
    };
    schema.as_object().is_none_or(|map| map.keys().any(|key| !idle(key)))
}

/// The list of parts under construction.
#[derive(Default)]
pub(super) struct Flat {
    pub(super) parts: Vec<Part>,
    pub(super) seen: HashSet<NodeId>,
}

impl Flat {
    /// Follows references and `allOf`, without recursion, in document order.
    pub(super) fn push(&mut self, side: &mut Side<'_>, seed: Part) {
        let mut work = vec![seed];
        while let Some(part) = work.pop() {
            if !self.seen.insert(part.node) {
                continue;
            }
            if let Some(target) = side.target(part.node) {
                if side.siblings_count {
                    self.parts.push(part);
                }
                work.push(Part { node: target, without_unions: false });
                continue;
            }
            self.parts.push(part);
            let at = self.parts.len() - 1;
            let mut more = Vec::new();
            if let Some(all) = side.get(part.node, "allOf") {
                more.extend(side.items(all));
            }
            more.extend(doubly_negated(side, part.node));
            if !part.without_unions
                && let Some(only) = only_variant(side, part.node)
            {
                self.parts[at].without_unions = true;
                more.push(only);
            }
            work.extend(more.into_iter().rev().map(|node| Part { node, without_unions: false }));
        }
    }
}

/// The one variant of a union that has just one besides null; one that a discriminator selects stays a variant.
fn only_variant(side: &mut Side<'_>, node: NodeId) -> Option<NodeId> {
    if side.value(node).get("discriminator").is_some() {
        return None;
    }
    let mut found = None;
    for keyword in ["oneOf", "anyOf"] {
        let Some(list) = side.get(node, keyword) else { continue };
        let variants: Vec<NodeId> = side.items(list).into_iter().filter(|item| !is_null(side, *item)).collect();
        if variants.len() != 1 || found.is_some() {
            return None;
        }
        found = variants.first().copied();
    }
    found
}

/// Whether a schema allows null and nothing else.
pub(super) fn is_null(side: &Side<'_>, node: NodeId) -> bool {
    let value = side.value(node);
    value.get("type").and_then(Value::as_str) == Some("null")
        || value.get("enum").and_then(Value::as_array).is_some_and(|all| all.len() == 1 && all[0].is_null())
        || (value.get("const").is_some_and(Value::is_null))
}

/// Whether a schema allows null; the many spellings of it are one concept.
pub(crate) fn allows_null(side: &mut Side<'_>, node: NodeId) -> bool {
    null_in(side, node, &mut HashMap::new()).unwrap_or(false)
}

/// As [`allows_null`], with what is known already; none where the schema leads back to itself and adds nothing.
fn null_in(side: &mut Side<'_>, node: NodeId, known: &mut HashMap<NodeId, Option<bool>>) -> Option<bool> {
    if let Some(answer) = known.get(&node) {
        return *answer;
    }
    if known.len() > MAX_NULL_SCHEMAS {
        return None;
    }
    known.insert(node, None);
    let answer = match side.target(node) {
        Some(target) => null_in(side, target, known),
        None => own_null(side, node, known),
    };
    known.insert(node, answer);
    answer
}

fn own_null(side: &mut Side<'_>, node: NodeId, known: &mut HashMap<NodeId, Option<bool>>) -> Option<bool> {
    let Some(map) = side.value(node).as_object() else { return Some(side.value(node).as_bool() == Some(true)) };
    if map.get("nullable").and_then(Value::as_bool) == Some(true) {
        return Some(true);
    }
    if let Some(inner) = doubly_negated(side, node) {
        if !null_in(side, inner, known).unwrap_or(true) {
            return Some(false);
        }
    } else if let Some(inner) = side.get(node, "not")
        && Negated::read(side, inner).refuses_null()
    {
        return Some(false);
    }
    match map.get("type") {
        Some(Value::String(name)) => return Some(name == "null"),
        Some(Value::Array(names)) => return Some(names.iter().any(|name| name.as_str() == Some("null"))),
        _ => {}
    }
    if let Some(Value::Array(values)) = map.get("enum") {
        return Some(values.iter().any(Value::is_null));
    }
    if let Some(value) = map.get("const") {
        return Some(value.is_null());
    }
    if inferred_types(map) != TypeSet::ALL {
        return Some(false);
    }
    for (keyword, every) in [("allOf", true), ("oneOf", false), ("anyOf", false)] {
        let Some(list) = side.get(node, keyword) else { continue };
        let mut branches = side.items(list).into_iter();
        let allowed = if every {
            branches.all(|branch| null_in(side, branch, known).unwrap_or(true))
        } else {
            branches.any(|branch| null_in(side, branch, known).unwrap_or(false))
        };
        if !allowed {
            return Some(false);
        }
    }
    Some(true)
}
