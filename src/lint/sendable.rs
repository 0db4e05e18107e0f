//! Whether every list and reader can be asked at all: what is required has a value, here or by flag.

use super::{Linter, rules};
use crate::contract::Contract;
use crate::contract::semantics::Slot;

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
                let values = ("a `default`, an `example` or one enumerated value", "none");
                self.fault(&rules::PARAMETER_WITHOUT_VALUE, (node, None), title, values);
            }
        }
    }
}
