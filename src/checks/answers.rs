//! What the checks on single answers share: which answers are errors, which requests were probes.

use std::collections::BTreeMap;

use super::access::shows_anything;
use super::reading::answers_to_unknown;
use super::{Blame, Ruling, Verdict, sort_unknown_mishandled};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::contract::semantics::{RuleClause, Slot};
use crate::exchange::Failure;
use crate::finding::Level;
use crate::study::{Observation, Study};

/// Whether an answer is a whole 4xx or 5xx to a declared method.
pub(super) fn is_error(answer: &Observation) -> bool {
    answer.failure.is_none() && answer.call.method.is_none() && answer.status.is_some_and(|status| status >= 400)
}

/// Whether a request was made to be refused: other access, a value outside its schema, a key that nobody has.
pub(super) fn is_probe(study: &Study, operation: &Operation, answer: &Observation) -> bool {
    let call = &answer.call;
    if call.access != Access::Own || call.method.is_some() {
        return true;
    }
    let outside = call.values.iter().any(|(slot, value)| match operation.parameter(slot) {
        Some(parameter) => {
            let options = parameter.options();
            let number = |key: &str| parameter.schema.get(key).and_then(serde_json::Value::as_f64);
            let wants_number =
                matches!(parameter.schema.get("type").and_then(|t| t.as_str()), Some("integer" | "number"));
            let is = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
            (!options.is_empty() && !options.contains(value))
                || (wants_number && is.is_none())
                || is.zip(number("minimum")).is_some_and(|(is, least)| is < least)
                || is.zip(number("maximum")).is_some_and(|(is, most)| is > most)
        }
        None => !matches!(slot, Slot::Body(_)),
    });
    outside || sort_unknown_mishandled::is_probe(operation, call) || reads_unknown(study, operation, answer)
}

/// Whether an answer is a success where a refusal was due, of a server that turns its refusals into successes, as keys that
/// nobody has show: that is the fault, and not what the body of such an answer holds.
pub(super) fn had_to_be_refused(study: &Study, operation: &Operation, answer: &Observation) -> bool {
    if !answer.is_success() || !takes_any_key(study, operation) {
        return false;
    }
    match answer.call.access {
        Access::Own | Access::Second => reads_unknown(study, operation, answer),
        _ => !shows_anything(study, operation, answer) || reads_unknown(study, operation, answer),
    }
}

/// Whether a reader answers keys that nobody has with success; of other operations, whether some reader of the contract does.
pub(super) fn takes_any_key(study: &Study, operation: &Operation) -> bool {
    study.choose(format!("{} takes any key {}", operation.id, study.len()), || {
        let own = operation.clause.reads.is_some();
        let readers = study.contract.operations.iter().filter(|reader| !own || reader.id == operation.id);
        let reads = readers.filter_map(|reader| Some((reader, reader.clause.reads.as_ref()?)));
        let mut answers = reads.flat_map(|(reader, reads)| answers_to_unknown(study, reads, &reader.id));
        answers.any(Observation::is_success)
    })
}

fn reads_unknown(study: &Study, operation: &Operation, answer: &Observation) -> bool {
    let Some(reads) = &operation.clause.reads else { return false };
    let resource = study.contract.resource(&reads.resource);
    let by_own_key = resource.is_none_or(|resource| reads.by.iter().any(|by| by.key == resource.key));
    let known = |key: &str| {
        study.lists().filter(|(_, lists)| lists.resource == reads.resource).any(|(list, _)| {
            let whose = if answer.call.access == Access::Second { Access::Second } else { Access::Own };
            let reference = study.reference_of(&list.id, whose);
            (by_own_key && reference.get(key).is_some())
                || reference.samples.iter().any(|(_, record)| {
                    reads.by.iter().any(|by| record.pointer(&by.key).and_then(|v| v.as_str()) == Some(key))
                })
        })
    };
    reads.by.iter().any(|by| match answer.call.value(&by.slot) {
        Some(serde_json::Value::String(key)) => !known(key),
        Some(value) => !known(&value.to_string()),
        None => false,
    })
}

/// Level of a fault in an error answer: paths that a router may refuse by itself weigh less.
pub(super) fn level_of_error(study: &Study, operation: &Operation, answer: &Observation) -> Level {
    if !is_error(answer) {
        return Level::Deny;
    }
    let hostile = answer.call.values.iter().any(|(slot, value)| {
        matches!(slot, Slot::Path(_))
            && value.as_str().is_some_and(|text| text.len() > 200 || text.chars().any(|c| !is_plain(c)))
    });
    if hostile && is_probe(study, operation, answer) { Level::Note } else { Level::Deny }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~')
}

/// The clause of a compiled rule.
pub(super) fn rule<'a>(study: &'a Study, pointer: &str) -> Option<&'a RuleClause> {
    study
        .contract
        .shapes
        .iter()
        .flat_map(|shape| &shape.rules)
        .find(|rule| rule.pointer == pointer)
        .map(|rule| &rule.clause)
}

/// Groups of rules with the ids of their readings.
pub(super) fn groups(study: &Study) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for rule in study.contract.shapes.iter().flat_map(|shape| &shape.rules) {
        if let Some(group) = &rule.clause.group {
            let ids = groups.entry(group.clone()).or_default();
            if !ids.contains(&rule.clause.id) {
                ids.push(rule.clause.id.clone());
            }
        }
    }
    groups
}

/// Judges every request: none may fail in this way.
pub(super) fn judge_failures(
    study: &Study,
    operation: &Operation,
    wrong: fn(&Failure) -> bool,
    (title, expected): (&str, &str),
    mark: &str,
) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id) {
        match &answer.failure {
            None => ruling.evidence.answers += 1,
            Some(failure) if wrong(failure) => {
                let blame = Blame::of_answer(title, answer).compare(expected, failure.words());
                // A method that nobody declared may be cut off on the way, as firewalls do: only who tries it meets that.
                ruling.blames.push(match &answer.call.method {
                    Some(method) => blame.level(Level::Note).mark(format!("{mark} {method}")),
                    None => blame.mark(mark),
                });
            }
            Some(_) => {}
        }
    }
    ruling.or_inconclusive("no answer was seen", "check that the operation is reachable and its parameters are given")
}

impl Blame {
    /// Adds the plain walks of the operation to what is repeated: the fault shows between answers, not in one.
    #[must_use]
    pub(super) fn together(mut self, study: &Study, operation: &Operation) -> Self {
        let walks: Vec<Case> = study
            .iter()
            .filter(|(case, _)| case.operation() == operation.id)
            .filter(|(case, _)| matches!(case, Case::Walk(walk) if walk.query.is_plain()))
            .map(|(case, _)| case.clone())
            .take(1)
            .collect();
        self.cases = walks.into_iter().chain(self.cases).collect();
        self
    }
}
