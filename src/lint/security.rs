//! Security: every requirement names a scheme that is defined.

use super::Linter;
use crate::diff::arena::NodeId;

impl Linter<'_> {
    pub(super) fn security(&mut self) {
        let root = self.side.root();
        let components = self.side.get(root, "components");
        let schemes = components.and_then(|node| self.side.get(node, "securitySchemes"));
        let known: Vec<&str> =
            schemes.map(|node| self.side.members(node)).unwrap_or_default().into_iter().map(|(name, _)| name).collect();
        let mut holders = vec![root];
        holders.extend(self.all_operations().into_iter().map(|operation| operation.node));
        for holder in holders {
            let Some(list) = self.side.get(holder, "security") else { continue };
            for requirement in self.side.items(list) {
                self.requirement(requirement, &known);
            }
        }
    }

    fn requirement(&mut self, requirement: NodeId, known: &[&str]) {
        for (name, _) in self.side.members(requirement) {
            if !known.contains(&name) {
                let hint = super::hint(name, known.iter().copied());
                let title = format!("no security scheme is called `{name}`{hint}");
                let why = "nobody knows which credentials are asked for";
                let values = ("a scheme of `components`", name);
                self.deny("security-scheme-undefined", (requirement, Some(name)), title, values, why);
            }
        }
    }
}
