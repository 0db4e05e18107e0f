//! References: every `$ref` leads somewhere, and not out of the folder.

use std::collections::BTreeSet;

use super::{Linter, rules};
use crate::diff::arena::NodeId;
use crate::diff::references;
use crate::suggest::nearest;

impl<'a> Linter<'a> {
    pub(super) fn references(&mut self) {
        for broken in references::broken(&mut self.side) {
            let file = u32::try_from(broken.file).unwrap_or(u32::MAX);
            let Some(node) = self.side.at(file, &broken.pointer) else { continue };
            let text = &broken.text;
            let known = self.neighbours(text);
            let (holder, name) = text.rsplit_once('/').unwrap_or(("", text));
            let near = nearest(name, known.iter().copied());
            let hint = near.map(|near| format!("; did you mean `{holder}/{near}`?")).unwrap_or_default();
            let title = format!("a reference leads nowhere: `{text}`{hint}");
            self.fault(
                &rules::DANGLING_REFERENCE,
                (node, Some("$ref")),
                title,
                ("a definition in this folder", "none"),
            );
        }
    }

    /// A schema that is itself, through references and `allOf` alone, says nothing.
    pub(super) fn circles(&mut self) {
        let root = self.side.root();
        let components = self.side.get(root, "components");
        let groups = components.map(|node| self.side.members(node)).unwrap_or_default();
        for (_, group) in groups {
            for (name, node) in self.side.members(group) {
                if self.comes_back(node) {
                    let title = format!("`{name}` refers to itself and says nothing else");
                    self.fault(&rules::REFERENCE_CIRCLE, (node, None), title, ("a definition", "itself"));
                }
            }
        }
    }

    fn comes_back(&mut self, start: NodeId) -> bool {
        let mut seen = BTreeSet::new();
        let mut work = self.held(start);
        while let Some(node) = work.pop() {
            if node == start {
                return true;
            }
            if seen.insert(node) {
                work.extend(self.held(node));
            }
        }
        false
    }

    /// What a node is, besides what it says: the target of its reference, or the branches of `allOf`.
    fn held(&mut self, node: NodeId) -> Vec<NodeId> {
        if let Some(target) = self.side.target(node) {
            return vec![target];
        }
        self.side.get(node, "allOf").map(|all| self.side.items(all)).unwrap_or_default()
    }

    /// The names that would have been right in the same place.
    fn neighbours(&mut self, text: &str) -> Vec<&'a str> {
        let Some((holder, _)) = text.rsplit_once('/') else { return Vec::new() };
        let Some(pointer) = holder.strip_prefix('#') else { return Vec::new() };
        let Some(node) = self.side.at(0, pointer) else { return Vec::new() };
        self.side.members(node).into_iter().map(|(name, _)| name).collect()
    }
}
