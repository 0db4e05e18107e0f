//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, access, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// An operation answers to a credential that nobody issued.
    ///
    /// ## Why it matters
    /// A check that only looks whether there is a token keeps nobody out.
    ///
    /// ## Example
    /// `Authorization: Bearer nonsense` is answered with 200.
    ///
    /// ## Source
    /// `security` of the operation; `refusals.unauthenticated`.
    id: "works-with-wrong-credential", family: Access, level: Deny,
    faults: ["credential-not-checked"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    if !available(study) {
        return Vec::new();
    }
    access::plan(study, Access::Wrong, wanted)
}

fn available(study: &Study) -> bool {
    !study.contract.schemes.is_empty()
}

fn wanted(operation: &Operation) -> bool {
    operation.is_guarded()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if !wanted(operation) || !available(study) {
        return not_applicable("the operation needs no credential");
    }
    let clause = study.contract.root.refusals.unauthenticated.as_ref();
    let about = clause.map(|refusal| refusal.about.clone()).unwrap_or_default();
    let mut ruling = Ruling::default();
    for answer in access::answers(study, operation, Access::Wrong) {
        let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else { continue };
        ruling.evidence.answers += 1;
        if access::is_refusal(clause, status) {
            continue;
        }
        let (title, mark) = if answer.is_success() {
            ("the operation answers to a credential that nobody issued", "accepted")
        } else {
            ("a wrong credential is not refused as documented", "status")
        };
        ruling.blames.push(
            Blame::of_answer(title, answer)
                .compare(access::refusal_words(clause), format!("status {status}"))
                .by(&study.contract, "/x-contract/refusals/unauthenticated")
                .under(study, &about, Level::Deny)
                .mark(mark),
        );
    }
    ruling.or_inconclusive(
        "the operation could not be called: no record to ask for is known",
        "check against a list that is not empty",
    )
}
