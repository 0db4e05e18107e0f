//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, breach, not_applicable, plan_nothing};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// A field of an open enumeration has a value that the contract does not list.
    ///
    /// ## Why it matters
    /// Lawful, for the enumeration is open; consumers should know the new value all the same.
    ///
    /// ## Example
    /// `"status": "PAUSED"` where the contract lists `ACTIVE` and `ARCHIVED` as known.
    ///
    /// ## Source
    /// `x-known-values` of the schema.
    id: "unknown-value", family: Answers, level: Note, proof: Answer,
    faults: ["unlisted-value"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if !study.contract.shapes.iter().any(|shape| !shape.known.is_empty()) {
        return not_applicable("the contract has no open enumeration");
    }
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answer.is_success() && answer.bytes > 0) {
        ruling.evidence.answers += 1;
        for (pointer, schema) in &answer.body.unknown_values {
            let name = breach::field_name(pointer);
            ruling.blames.push(
                Blame::of_answer(format!("`{name}` has a value that the contract does not know"), answer)
                    .compare("one of the known values", "another value")
                    .at(pointer.clone())
                    .by(&study.contract, format!("{schema}/x-known-values"))
                    .mark(schema.clone()),
            );
        }
    }
    ruling.or_inconclusive("no success answer with a body was seen", "see the findings on statuses and media types")
}
