//! A `not` that is but another way to write a bound, or that refuses everything.

use serde_json::Value;

use super::Effective;
use crate::diff::arena::{NodeId, Side};
use crate::diff::checker;
use crate::diff::lowered::Lowering;
use crate::diff::types::TypeSet;

/// Most listed values that are held against a `not`.
const MAX_VALUES: usize = 1_024;

/// What a `not` comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Negated {
    /// Nothing is left.
    Everything,
    /// What is refused satisfies one bound, as does everything of another type.
    Bound(&'static str, f64),
    /// Anything else.
    Other,
}

const BOUNDS: [&str; 8] =
    ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minimum", "maximum"];

fn idle(key: &str) -> bool {
    matches!(key, "title" | "description" | "example" | "deprecated") || key.starts_with("x-")
}

/// The schema that a `not` of a `not` comes to.
pub(super) fn doubly_negated(side: &mut Side<'_>, node: NodeId) -> Option<NodeId> {
    let inner = side.get(node, "not")?;
    let inner = side.resolved(inner);
    let alone = side.value(inner).as_object().is_some_and(|map| map.keys().all(|key| key == "not" || idle(key)));
    if alone { side.get(inner, "not") } else { None }
}

/// The schemas each of which a `not` refuses: those of its `anyOf` where it holds nothing else, or else itself.
pub(super) fn alternatives(side: &mut Side<'_>, node: NodeId) -> Vec<NodeId> {
    let target = side.resolved(node);
    let alone = side.value(target).as_object().is_some_and(|map| map.keys().all(|key| key == "anyOf" || idle(key)));
    let items = side.get(target, "anyOf").filter(|_| alone).map(|list| side.items(list)).unwrap_or_default();
    let plain = items.iter().all(|item| Negated::read(side, *item) == Negated::Other);
    if items.is_empty() || !plain { vec![node] } else { items }
}

impl Negated {
    /// Reads the schema under a `not`.
    pub(super) fn read(side: &mut Side<'_>, node: NodeId) -> Self {
        let node = side.resolved(node);
        let map = match side.value(node) {
            Value::Bool(true) => return Self::Everything,
            Value::Object(map) => map,
            _ => return Self::Other,
        };
        let mut keys = map.keys().filter(|key| !idle(key));
        match (keys.next(), keys.next()) {
            (None, _) => Self::Everything,
            (Some(key), None) => {
                let limit = map.get(key).and_then(Value::as_f64);
                let bound = BOUNDS.iter().find(|known| *known == key);
                match (bound, limit) {
                    (Some(bound), Some(limit)) => Self::Bound(bound, limit),
                    _ => Self::Other,
                }
            }
            _ => Self::Other,
        }
    }

    /// Whether null is refused, which satisfies every bound.
    pub(super) fn refuses_null(self) -> bool {
        self != Self::Other
    }
}

/// Whether a schema under `not` takes a value; none where nobody can tell.
fn takes(side: &mut Side<'_>, node: NodeId, value: &Value) -> Option<bool> {
    let mut lowering = Lowering::new(side, None);
    let schema = lowering.schema(node, value, 0);
    lowering.is_complete().then(|| checker::is_valid(&schema, value)).flatten()
}

impl Effective<'_> {
    /// Takes the values that a `not` refuses out of those that may come, where these are listed. What is left has
    /// passed it, so that there is nothing more to say of it, unless null is another value that it refuses.
    pub(super) fn drop_refused(&mut self, side: &mut Side<'_>) {
        let Some(values) = &mut self.values else { return };
        if values.len() > MAX_VALUES {
            return;
        }
        let nullable = self.nullable;
        self.negations.retain(|node| {
            let mut told = true;
            values.retain(|value| match takes(side, *node, value) {
                Some(taken) => !taken,
                None => {
                    told = false;
                    true
                }
            });
            !told || nullable && takes(side, *node, &Value::Null) != Some(false)
        });
    }

    /// Takes the `not` for what it is; true when nothing is left to compare.
    pub(super) fn add_negation(&mut self, negated: Negated) -> bool {
        let (bound, limit) = match negated {
            Negated::Everything => {
                self.types = TypeSet::NOTHING;
                self.nullable = false;
                return true;
            }
            Negated::Bound(bound, limit) => (bound, limit),
            Negated::Other => return false,
        };
        self.nullable = false;
        let (types, range) = match bound {
            "minLength" | "maxLength" => (TypeSet::STRING, &mut self.length),
            "minItems" | "maxItems" => (TypeSet::ARRAY, &mut self.item_count),
            "minProperties" | "maxProperties" => (TypeSet::OBJECT, &mut self.property_count),
            _ => (TypeSet::NUMBER, &mut self.range),
        };
        self.types = self.types.and(types);
        match bound {
            "minimum" => range.lower(limit, true),
            "maximum" => range.raise(limit, true),
            _ if bound.starts_with("min") => range.lower(limit - 1.0, false),
            _ => range.raise(limit + 1.0, false),
        }
        true
    }
}
