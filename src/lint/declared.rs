//! What is named is declared: targets of links, variables of servers, and components by names that can be referred to.

use std::collections::BTreeSet;

use super::{Linter, rules};
use crate::diff::api::{child, template_names};
use crate::diff::arena::NodeId;

impl Linter<'_> {
    pub(super) fn declared(&mut self) {
        self.component_names();
        self.links();
        self.server_variables();
    }

    fn component_names(&mut self) {
        let root = self.side.root();
        let groups = self.side.get(root, "components").map(|node| self.side.members(node)).unwrap_or_default();
        for (kind, group) in groups.into_iter().filter(|(kind, _)| !kind.starts_with("x-")) {
            for (name, _) in self.side.members(group) {
                if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
                    let title = format!("`{name}` is no name for one of `{kind}`");
                    let values = ("letters, digits, `.`, `-` and `_`", name);
                    self.fault(&rules::COMPONENT_NAME_INVALID, (group, Some(name)), title, values);
                }
            }
        }
    }

    fn links(&mut self) {
        let operations = self.all_operations();
        let known: BTreeSet<&str> =
            operations.iter().filter_map(|operation| self.side.text(operation.node, "operationId")).collect();
        let root = self.side.root();
        let components = self.side.get(root, "components");
        let mut holders: Vec<NodeId> = operations.iter().map(|operation| operation.node).collect();
        holders.extend(components);
        let mut maps: Vec<NodeId> = components.and_then(|node| self.side.get(node, "links")).into_iter().collect();
        for holder in holders {
            let responses = self.side.get(holder, "responses").map(|map| self.side.members(map)).unwrap_or_default();
            maps.extend(responses.into_iter().filter_map(|(_, response)| self.side.get(response, "links")));
        }
        let links: Vec<_> = maps.into_iter().flat_map(|map| self.side.members(map)).collect();
        for (_, link) in links {
            let Some(id) = self.side.text(link, "operationId").filter(|id| !known.contains(id)) else { continue };
            let hint = super::hint(id, known.iter().copied());
            let title = format!("a link leads to no operation: `{id}`{hint}");
            let values = ("an `operationId` of this document", id);
            self.fault(&rules::LINK_TARGET_UNKNOWN, (link, Some("operationId")), title, values);
        }
    }

    fn server_variables(&mut self) {
        let mut holders = BTreeSet::from([self.side.root()]);
        for operation in self.all_operations() {
            holders.extend([operation.item, operation.node]);
        }
        for holder in holders {
            let servers =
                child(&mut self.side, holder, "servers").map(|list| self.side.items(list)).unwrap_or_default();
            for server in servers {
                let url = self.side.text(server, "url").unwrap_or_default();
                let variables = self.side.value(server).get("variables");
                for name in template_names(url) {
                    if variables.is_none_or(|known| known.get(name).is_none()) {
                        let title = format!("the server's variable `{name}` is not declared");
                        let values = ("an entry of `variables`, with its `default`", name);
                        self.fault(&rules::SERVER_VARIABLE_UNDECLARED, (server, Some("url")), title, values);
                    }
                }
            }
        }
    }
}
