//! Following a pointer of a value through the schemas that describe it.

use super::Linter;
use crate::diff::arena::NodeId;

/// Most schemas that one step may spread to.
const MAX_SPREAD: usize = 512;

impl<'a> Linter<'a> {
    /// A schema with everything that its references and combinators add.
    pub(super) fn parts(&mut self, node: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut work = vec![node];
        while let Some(node) = work.pop() {
            if found.contains(&node) || found.len() > MAX_SPREAD {
                continue;
            }
            if let Some(target) = self.side.target(node) {
                work.push(target);
                continue;
            }
            found.push(node);
            for keyword in ["allOf", "oneOf", "anyOf"] {
                if let Some(list) = self.side.get(node, keyword) {
                    work.extend(self.side.items(list));
                }
            }
        }
        found
    }

    /// The schemas at a pointer below a schema; empty when nothing is declared there.
    pub(super) fn at_pointer(&mut self, schema: NodeId, pointer: &str) -> Vec<NodeId> {
        let mut here = self.parts(schema);
        for segment in pointer.split('/').skip(1) {
            let name = crate::document::unescape(segment);
            let mut next = Vec::new();
            for part in here {
                let items = segment == "-" || segment.parse::<usize>().is_ok();
                let property = self.side.get(part, "properties").and_then(|holder| self.side.get(holder, &name));
                let inner =
                    property.or_else(|| if items { self.side.get(part, "items") } else { None }).or_else(|| {
                        self.side.get(part, "additionalProperties").filter(|node| self.side.value(*node).is_object())
                    });
                if let Some(inner) = inner {
                    next.extend(self.parts(inner));
                }
            }
            here = next;
        }
        here
    }

    /// The names that are declared below some schemas.
    pub(super) fn names_below(&mut self, parts: &[NodeId]) -> Vec<&'a str> {
        let mut names = Vec::new();
        for part in parts {
            if let Some(holder) = self.side.get(*part, "properties") {
                names.extend(self.side.members(holder).into_iter().map(|(name, _)| name));
            }
        }
        names
    }

    /// The types that some schemas name; empty when they name none.
    pub(super) fn types(&self, parts: &[NodeId]) -> Vec<&'a str> {
        parts.iter().filter_map(|part| self.side.text(*part, "type")).collect()
    }
}
