//! Whether a schema declares what a value holds, or lets it through only because it is open.

use serde_json::Value;

use super::{Half, MAX_WITNESS_VARIANTS};
use crate::diff::arena::NodeId;
use crate::diff::effective::{Additional, ConjId, effective};

/// Deepest nesting of a value, and of unions, that is looked at.
const MAX_LEVELS: usize = 24;

impl Half<'_, '_> {
    /// Whether the schema declares every property that a value holds, at any depth. What is too deep or too wide to
    /// be looked at counts as declared.
    pub(crate) fn declares(&mut self, conj: ConjId, value: &Value) -> bool {
        self.declares_at(conj, value, 0)
    }

    fn declares_at(&mut self, id: ConjId, value: &Value, level: usize) -> bool {
        let compound = value.as_object().is_some_and(|members| !members.is_empty())
            || value.as_array().is_some_and(|items| !items.is_empty());
        if !compound || level > MAX_LEVELS {
            return true;
        }
        let conj = self.conjs.get(id).clone();
        let merged = effective(self.side, &conj);
        if !merged.unions.is_empty() {
            let few = merged.unions.iter().all(|union| union.variants.len() <= MAX_WITNESS_VARIANTS);
            let variants = if few { self.conjs.variants(self.side, id, &merged) } else { None };
            let Some(variants) = variants else { return true };
            return variants.iter().any(|variant| self.declares_at(variant.conj, value, level + 1));
        }
        match value {
            Value::Array(items) if !merged.items.is_empty() => {
                items.iter().all(|item| self.declared_by_nodes(&merged.items, item, level))
            }
            Value::Object(members) => {
                members.iter().all(|(name, member)| match (merged.properties.get(name.as_str()), &merged.additional) {
                    (Some(nodes), _) | (None, Additional::Schema(nodes)) => {
                        self.declared_by_nodes(nodes, member, level)
                    }
                    (None, _) => false,
                })
            }
            _ => true,
        }
    }

    fn declared_by_nodes(&mut self, nodes: &[NodeId], value: &Value, level: usize) -> bool {
        let conj = self.conjs.of(self.side, nodes, nodes.first().copied().unwrap_or(NodeId(0)));
        self.declares_at(conj, value, level + 1)
    }
}
