//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, answers, breach, plan_nothing};
use crate::contract::Operation;
use crate::study::{Observation, Study};

check! {
    /// An answer has a field that the contract does not mention.
    ///
    /// ## Why it matters
    /// Lawful, for objects are open unless the contract closes them; but somebody will come to depend on it.
    ///
    /// ## Example
    /// A customer with an extra `loyaltyTier`.
    ///
    /// ## Source
    /// ours: extra fields are allowed by all three providers; seeing one is worth a note.
    id: "undocumented-field", family: Answers, level: Note, proof: Answer,
    faults: ["undocumented-field"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    let sound = |answer: &&Observation| !answers::had_to_be_refused(study, operation, answer);
    for answer in
        study.all_answers(&operation.id).filter(sound).filter(|answer| answer.is_success() && answer.bytes > 0)
    {
        ruling.evidence.answers += 1;
        for pointer in &answer.body.undeclared {
            let name = breach::field_name(pointer);
            ruling.blames.push(
                Blame::of_answer(format!("field `{name}` is not documented"), answer)
                    .compare("only documented fields", "a field that nobody declared")
                    .at(pointer.clone())
                    .mark(name),
            );
        }
    }
    ruling.or_inconclusive("no success answer with a body was seen", "see the findings on statuses and media types")
}
