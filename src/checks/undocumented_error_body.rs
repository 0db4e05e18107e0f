//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, answers, breach, plan_nothing};
use crate::contract::Operation;
use crate::study::{MediaSeen, Study};

check! {
    /// An error does not have the body that the contract declares for it.
    ///
    /// ## Why it matters
    /// Consumers read code and message from the error body to decide what to do next.
    ///
    /// ## Example
    /// A 404 with `{"oops": true}` where `error.code` and `error.message` are required.
    ///
    /// ## Source
    /// The schema of the error response.
    id: "undocumented-error-body", family: Answers, level: Deny, proof: Answer,
    faults: ["error-body-undocumented"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answers::is_error(answer) && answer.declared) {
        let Some(status) = answer.status else { continue };
        let has_schema = operation.response(status).is_some_and(|r| r.media.iter().any(|media| media.schema.is_some()));
        if !has_schema || answer.media != MediaSeen::Declared || answer.body.broken_json.is_some() {
            continue;
        }
        ruling.evidence.answers += 1;
        for error in &answer.body.schema_errors {
            let name = breach::field_name(&error.pointer);
            ruling.blames.push(
                Blame::of_answer(format!("the body of status {status} is not as documented: `{name}`"), answer)
                    .compare(error.expected.clone(), error.actual.clone())
                    .at(error.pointer.clone())
                    .by(&study.contract, error.schema_pointer.clone())
                    .level(answers::level_of_error(study, operation, answer))
                    .mark(format!("{status} {}", error.schema_pointer)),
            );
        }
    }
    ruling.or_inconclusive(
        "no error with a documented body was seen",
        "run without --skip access and records: they provoke errors",
    )
}
