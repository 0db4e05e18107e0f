//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, answers, not_applicable, plan_nothing};
use crate::contract::Operation;
use crate::study::{Observation, Study};

check! {
    /// The typed client that is generated from the contract cannot read an answer.
    ///
    /// ## Why it matters
    /// It is the client that consumers use: whatever the validators say, they get an error instead of customers.
    ///
    /// ## Example
    /// A field that the generated type wants as text comes as a number.
    ///
    /// ## Source
    /// The client generated from the document by the build; only for shipped contracts, word for word.
    id: "unreadable-by-client", family: Answers, level: Deny, proof: Answer,
    faults: ["duplicate-keys"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    let mut known = false;
    let sound = |answer: &&Observation| !answers::had_to_be_refused(study, operation, answer);
    for answer in study.all_answers(&operation.id).filter(sound).filter(|answer| answer.is_success()) {
        let Some(outcome) = &answer.body.client else { continue };
        known = true;
        ruling.evidence.answers += 1;
        // What the schema refuses already is told by the checks on the schema.
        if let Err(why) = outcome
            && answer.body.schema_errors.is_empty()
            && answer.body.broken_json.is_none()
        {
            ruling.blames.push(
                Blame::of_answer("the generated client cannot read the answer", answer)
                    .compare("an answer that its types can hold", why.clone()),
            );
        }
    }
    if !known && study.all_answers(&operation.id).any(|answer| answer.is_success()) {
        return not_applicable("no client is generated from this document");
    }
    ruling.or_inconclusive("no success answer was seen", "see the findings on statuses")
}
