//! What the checks on single answers share: one of them per kind of schema breach.

use super::answers::had_to_be_refused;
use super::{Blame, Ruling, Verdict};
use crate::contract::{Breach, Operation};
use crate::study::{Observation, Study};

/// Judges one kind of breach over every success answer of an operation, and over error answers for `errors`.
pub(super) fn judge(study: &Study, operation: &Operation, breaches: &[Breach], title: fn(&str) -> String) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| is_judged(answer)) {
        if had_to_be_refused(study, operation, answer) {
            continue;
        }
        ruling.evidence.answers += 1;
        ruling.evidence.records += answer.page.as_ref().map_or(0, |page| page.items as u64);
        for error in answer.body.schema_errors.iter().filter(|error| breaches.contains(&error.breach)) {
            let name = field_name(&error.pointer);
            ruling.blames.push(
                Blame::of_answer(title(&name), answer)
                    .compare(error.expected.clone(), error.actual.clone())
                    .at(error.pointer.clone())
                    .by(&study.contract, error.schema_pointer.clone())
                    .mark(format!("{} {}", error.schema_pointer, name))
                    .maybe_shown(error.shown.clone()),
            );
        }
    }
    ruling.or_inconclusive(
        "no success answer with a declared body was seen",
        "see the findings on statuses and media types",
    )
}

/// Success answers whose body was compared with a schema.
fn is_judged(answer: &Observation) -> bool {
    answer.is_success() && answer.bytes > 0 && answer.body.broken_json.is_none() && answer.declared
}

/// The last member name of a pointer, array indices left out.
pub(super) fn field_name(pointer: &str) -> String {
    let name = pointer.rsplit('/').find(|segment| !segment.bytes().all(|byte| byte.is_ascii_digit()));
    match name {
        Some(name) if !name.is_empty() => crate::document::unescape(name),
        _ => "the body".to_owned(),
    }
}

impl Blame {
    /// Sets the value to show on request, if there is one.
    #[must_use]
    pub(super) fn maybe_shown(mut self, value: Option<String>) -> Self {
        self.shown = value;
        self
    }
}
