//! Discriminators: which value selects which schema.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Conj, component_name, effective};
use crate::diff::arena::{NodeId, Side};

/// Values of a discriminator by the schema that they select.
#[derive(Debug, Default)]
pub(crate) struct Tags<'a> {
    property: Option<&'a str>,
    mapping: Vec<(&'a str, Option<NodeId>)>,
}

impl<'a> Tags<'a> {
    pub(crate) fn read(side: &mut Side<'a>, discriminator: NodeId) -> Self {
        let property = side.text(discriminator, "propertyName");
        let Some(mapping) = side.get(discriminator, "mapping") else { return Self { property, mapping: Vec::new() } };
        let mut found = Vec::new();
        for (tag, node) in side.members(mapping) {
            let target = side.value(node).as_str().and_then(|text| {
                let name = text.rsplit('/').next().unwrap_or(text);
                side.at(0, &format!("/components/schemas/{name}"))
            });
            found.push((tag, target));
        }
        Self { property, mapping: found }
    }

    /// The property whose value selects.
    pub(super) fn property(&self) -> Option<&'a str> {
        self.property
    }

    /// The one of some variants that a value selects by its tag.
    pub(crate) fn selects(&self, side: &mut Side<'a>, variants: &[NodeId], value: &Value) -> Option<NodeId> {
        let tag = value.get(self.property?)?.as_str()?;
        let mut found = variants.iter().copied().filter(|node| match self.mapping.is_empty() {
            true => component_name(side, *node) == Some(tag),
            false => self.of(side, *node).contains(&tag),
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// The values that select a variant where nothing is mapped: those that it fixes itself, or else its name.
    pub(super) fn implied(&self, side: &mut Side<'a>, variant: &Conj, name: Option<&'a str>) -> Vec<&'a str> {
        let Some(property) = self.property.filter(|_| self.mapping.is_empty()) else { return Vec::new() };
        let nodes = effective(side, variant).properties.remove(property).unwrap_or_default();
        let mut fixed = Vec::new();
        for node in nodes {
            let schema = side.resolved(node);
            let value = side.value(schema);
            let list = value.get("enum").and_then(Value::as_array).into_iter().flatten();
            fixed.extend(list.chain(value.get("const")).filter_map(Value::as_str));
        }
        if fixed.is_empty() { name.into_iter().collect() } else { fixed }
    }

    /// The schemas that the values select.
    pub(crate) fn targets(&self) -> Vec<(&'a str, NodeId)> {
        self.mapping.iter().filter_map(|(tag, node)| Some((*tag, (*node)?))).collect()
    }

    /// The values that select the schema behind `node`.
    pub(crate) fn of(&self, side: &mut Side<'a>, node: NodeId) -> Vec<&'a str> {
        let target = side.target(node);
        let tags: Vec<&str> =
            self.mapping.iter().filter(|(_, to)| to.is_some() && *to == target).map(|(tag, _)| *tag).collect();
        if tags.is_empty() && !self.mapping.is_empty() {
            return component_name(side, node).into_iter().collect();
        }
        tags
    }

    /// The explicit mapping: value and name of the schema.
    pub(crate) fn explicit(&self, side: &Side<'a>) -> BTreeMap<&'a str, Option<&'a str>> {
        self.mapping.iter().map(|(tag, node)| (*tag, node.and_then(|node| side.name(node)))).collect()
    }
}
