//! Which expansions were asked for, and what unknown ones get.

use serde_json::Value;

use super::Server;
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Slot};
use crate::document::text_of;
use crate::mock::ask::Refused;
use crate::mock::exchange::Inputs;
use crate::mock::expand;

impl Server {
    /// Indices of the expansions asked for.
    pub(super) fn expansions(&self, operation: &Operation, inputs: &Inputs) -> Result<Vec<usize>, Refused> {
        let mut wanted = Vec::new();
        let clauses = &operation.clause.expands;
        for (index, expand) in clauses.iter().enumerate() {
            let words = expand::words(&inputs.all(&expand.slot));
            for word in &words {
                let known = clauses.iter().any(|other| other.slot == expand.slot && text_of(&other.value) == *word);
                let choice = expand.unknown.as_ref().map_or(Choice::Ignore, |unknown| unknown.is);
                let ignored = choice == Choice::Ignore || (choice == Choice::Either && self.is_lenient(operation));
                if !known && !ignored {
                    return Err(Refused::Invalid(format!("{word} cannot be expanded")));
                }
            }
            if words.contains(&text_of(&expand.value)) || (self.habits.unasked && expand.unasked.is_some()) {
                wanted.push(index);
            }
        }
        Ok(wanted)
    }

    /// Whether it serves where it may choose between that and a refusal: one that nobody documented is no choice.
    fn is_lenient(&self, operation: &Operation) -> bool {
        self.habits.lenient || !Refused::Invalid(String::new()).is_documented(self.contract(), operation)
    }

    pub(super) fn forgiven_expansion(&self, operation: &Operation, slot: &Slot, _value: &Value) -> bool {
        let expand = operation.clause.expands.iter().find(|expand| expand.slot == *slot);
        expand.and_then(|expand| expand.unknown.as_ref()).is_some_and(|unknown| {
            unknown.is == Choice::Ignore || (unknown.is == Choice::Either && self.is_lenient(operation))
        })
    }
}
