//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, breach, plan_nothing};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// A whole number is written with a fraction, such as `1.0`.
    ///
    /// ## Why it matters
    /// The same number in JSON, but generated clients in several languages refuse it where an integer is declared.
    ///
    /// ## Example
    /// `"totalOrders": 3.0`.
    ///
    /// ## Source
    /// ours: JSON Schema after Draft 4 calls `1.0` an integer, many readers do not.
    id: "integral-fraction", family: Answers, level: Note, proof: Answer,
    faults: ["whole-number-with-point"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answer.is_success() && answer.bytes > 0) {
        ruling.evidence.answers += 1;
        for found in &answer.body.integral_fractions {
            let name = breach::field_name(&found.pointer);
            ruling.blames.push(
                Blame::of_answer(format!("`{name}` is a whole number written with a fraction"), answer)
                    .compare("a whole number without a fraction", "a whole number such as `1.0`")
                    .at(found.pointer.clone())
                    .times(found.times)
                    .mark(name),
            );
        }
    }
    ruling.or_inconclusive("no success answer with a body was seen", "see the findings on statuses and media types")
}
