//! Following a pointer of a value through the schemas that describe it.

use indexmap::IndexSet;

use super::Linter;
use crate::diff::arena::NodeId;

impl<'a> Linter<'a> {
    /// A schema with everything that its references and combinators add.
    pub(super) fn parts(&mut self, node: NodeId) -> Vec<NodeId> {
        self.parts_of([node])
    }

    /// Some schemas with everything that their references and combinators add, each once: however often schemas refer
    /// to one another, there are no more of them than the document has.
    fn parts_of(&mut self, nodes: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        let mut found = IndexSet::new();
        let mut referred = IndexSet::new();
        for node in nodes {
            let mut work = vec![node];
            while let Some(node) = work.pop() {
                if let Some(target) = self.side.target(node) {
                    if referred.insert(node) {
                        work.push(target);
                    }
                    continue;
                }
                if !found.insert(node) {
                    continue;
                }
                for keyword in ["allOf", "oneOf", "anyOf"] {
                    if let Some(list) = self.side.get(node, keyword) {
                        work.extend(self.side.items(list));
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    /// The schemas at a pointer below a schema; empty when nothing is declared there.
    pub(super) fn at_pointer(&mut self, schema: NodeId, pointer: &str) -> Vec<NodeId> {
        let mut here = self.parts(schema);
        for segment in pointer.split('/').skip(1) {
            here = self.step_to(&here, segment);
        }
        here
    }

    /// The schemas one segment of a pointer below some schemas.
    pub(super) fn step_to(&mut self, parts: &[NodeId], segment: &str) -> Vec<NodeId> {
        let name = crate::document::unescape(segment);
        let items = segment == "-" || segment.parse::<usize>().is_ok();
        let mut inner = IndexSet::new();
        for part in parts {
            let property = self.side.get(*part, "properties").and_then(|holder| self.side.get(holder, &name));
            let item = |linter: &mut Self| if items { linter.side.get(*part, "items") } else { None };
            inner.extend(property.or_else(|| item(self)).or_else(|| {
                let others = self.side.get(*part, "additionalProperties");
                others.filter(|node| self.side.value(*node).is_object())
            }));
        }
        self.parts_of(inner)
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
