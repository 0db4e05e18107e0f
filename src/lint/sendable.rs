//! Whether every list and reader can be asked at all: what is required has a value, here or by flag.

use super::Linter;
use crate::contract::Contract;
use crate::contract::semantics::Slot;
use crate::finding::Level;

impl Linter<'_> {
    /// Notes required parameters of query and header for which the document names no value.
    pub(super) fn sendable(&mut self, contract: &Contract) {
        for operation in &contract.operations {
            let clause = &operation.clause;
            if clause.lists.is_none() && clause.reads.is_none() {
                continue;
            }
            let slots: Vec<&Slot> = clause.reads.iter().flat_map(|reads| &reads.by).map(|by| &by.slot).collect();
            for parameter in contract.missing(operation, &slots, |_| false) {
                let Some(node) = self.side.at(0, &parameter.pointer) else { continue };
                let title = format!("the required parameter `{}` has no value in the document", parameter.name);
                let why = "`check` asks for it with --param; a `default` or an `example` here spares that";
                let values = ("a `default`, an `example` or one enumerated value", "none");
                self.say("parameter-without-value", Level::Note, (node, None), title, values, why);
            }
        }
    }
}
