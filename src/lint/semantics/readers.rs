//! Readers: the record is where the clause says, and shows the key that it is known by.

use super::Scope;
use crate::diff::arena::NodeId;
use crate::lint::{Linter, rules};

impl<'a> Linter<'a> {
    /// The reader's answer holds a record at `item`, and that record has the resource's key: without it nobody could
    /// tell one record from another.
    pub(super) fn reader_shows_key(&mut self, scope: &Scope<'a>, reads: NodeId) {
        let Some(answer) = scope.answer else { return };
        // What is no pointer is told by the vocabulary.
        if self.side.value(reads).get("item").is_some_and(|item| !item.is_string()) {
            return;
        }
        let item = self.side.text(reads, "item").unwrap_or_default();
        let records = self.at_pointer(answer, item);
        if records.is_empty() {
            self.field(reads, "item", answer, &[]);
            return;
        }
        let Some(key) = self.key_of_resource(reads) else { return };
        if !self.at_pointer(answer, &format!("{item}{key}")).is_empty() || self.is_untold(&records) {
            return;
        }
        let hint = self.wrapped_in(answer, key).map(|name| format!("; is it `item: /{name}`?")).unwrap_or_default();
        let title = format!("the reader's answer has no `{item}{key}`, the key of its records{hint}");
        let values =
            ("`item`: where the answer holds the record", if item.is_empty() { "the whole body" } else { item });
        self.broken(reads, if item.is_empty() { "" } else { "item" }, title, values);
    }

    /// Every resource is listed, read or added by some operation; nothing is asked of one that is not.
    pub(super) fn unused_resources(&mut self, contract: NodeId) {
        let mut used = Vec::new();
        for operation in self.all_operations() {
            let Some(promises) = self.side.get(operation.node, "x-contract") else { continue };
            let added = self.side.get(promises, "expands").map(|all| self.side.items(all)).unwrap_or_default();
            let clauses = ["lists", "reads"].into_iter().filter_map(|key| self.side.get(promises, key)).chain(added);
            let clauses: Vec<NodeId> = clauses.collect();
            used.extend(clauses.into_iter().filter_map(|clause| self.side.text(clause, "resource")));
        }
        let Some(resources) = self.side.get(contract, "resources") else { return };
        for (name, _) in self.side.members(resources) {
            if !used.contains(&name) {
                let title = format!("no operation lists, reads or adds the resource `{name}`");
                let values = ("an operation that names it", "none");
                self.fault(&rules::RESOURCE_UNUSED, (resources, Some(name)), title, values);
            }
        }
    }

    /// The key of the resource that a reader names.
    pub(super) fn key_of_resource(&mut self, reads: NodeId) -> Option<&'a str> {
        let name = self.side.text(reads, "resource")?;
        let root = self.side.root();
        let contract = self.side.get(root, "x-contract")?;
        let resources = self.side.get(contract, "resources")?;
        let resource = self.side.get(resources, name)?;
        self.side.text(resource, "key")
    }

    /// Whether schemas say nothing of the members that a value has.
    fn is_untold(&mut self, records: &[NodeId]) -> bool {
        self.names_below(records).is_empty()
    }

    /// The member of an answer that holds the key, where one does.
    fn wrapped_in(&mut self, answer: NodeId, key: &str) -> Option<String> {
        let around = self.at_pointer(answer, "");
        let names: Vec<String> = self.names_below(&around).into_iter().map(str::to_owned).collect();
        names
            .into_iter()
            .find(|name| !self.at_pointer(answer, &format!("/{}{key}", crate::document::escape(name))).is_empty())
    }
}
