//! Security: every requirement names a scheme that is defined, and scopes that it has.

use serde_json::Value;

use super::{Linter, rules};
use crate::diff::api::child;
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
                self.scopes(requirement, schemes);
            }
        }
    }

    /// The scopes that are asked for are those of a flow; where no flow is told nobody knows them.
    fn scopes(&mut self, requirement: NodeId, schemes: Option<NodeId>) {
        for (name, scopes) in self.side.members(requirement) {
            let Some(scheme) = schemes.and_then(|node| child(&mut self.side, node, name)) else { continue };
            let flows = self.side.value(scheme).get("flows").and_then(Value::as_object);
            let Some(flows) = flows.filter(|_| self.side.text(scheme, "type") == Some("oauth2")) else { continue };
            let told = flows.values().filter_map(|flow| flow.get("scopes")?.as_object());
            let known: Vec<&str> = told.flat_map(|scopes| scopes.keys().map(String::as_str)).collect();
            let asked = self.side.value(scopes).as_array().into_iter().flatten().filter_map(Value::as_str);
            for scope in asked.filter(|scope| !known.contains(scope)) {
                let hint = super::hint(scope, known.iter().copied());
                let title = format!("no flow of `{name}` has the scope `{scope}`{hint}");
                self.fault(
                    &rules::SECURITY_SCOPE_UNDEFINED,
                    (scopes, None),
                    title,
                    ("a scope of one of its flows", scope),
                );
            }
        }
    }

    fn requirement(&mut self, requirement: NodeId, known: &[&str]) {
        for (name, _) in self.side.members(requirement) {
            if !known.contains(&name) {
                let hint = super::hint(name, known.iter().copied());
                let title = format!("no security scheme is called `{name}`{hint}");
                let values = ("a scheme of `components`", name);
                self.fault(&rules::SECURITY_SCHEME_UNDEFINED, (requirement, Some(name)), title, values);
            }
        }
    }
}
