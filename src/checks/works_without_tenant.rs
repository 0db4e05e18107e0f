//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, access, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// An operation answers although no tenant was selected.
    ///
    /// ## Why it matters
    /// It is left to chance whose records come.
    ///
    /// ## Example
    /// `GET /v1/customers` without `Tenant-ID` is answered with 200.
    ///
    /// ## Source
    /// `tenancy` and `refusals.no-tenant`.
    id: "works-without-tenant", family: Access, level: Deny,
    faults: ["tenant-not-needed"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    if !available(study) {
        return Vec::new();
    }
    access::plan(study, Access::NoTenant, wanted)
}

fn available(study: &Study) -> bool {
    access::omittable_tenant(study).is_some()
}

fn wanted(operation: &Operation) -> bool {
    operation.clause.lists.is_some() || operation.clause.reads.is_some()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if !wanted(operation) || !available(study) {
        return not_applicable("no tenant is selected by a parameter that could be left out");
    }
    let clause = study.contract.root.refusals.no_tenant.as_ref();
    let about = clause.map(|refusal| refusal.about.clone()).unwrap_or_default();
    let mut ruling = Ruling::default();
    for answer in access::answers(study, operation, Access::NoTenant) {
        let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else { continue };
        ruling.evidence.answers += 1;
        if access::is_refusal(clause, status) {
            continue;
        }
        let (title, mark) = if answer.is_success() {
            ("the operation answers without a tenant", "accepted")
        } else {
            ("a missing tenant is not refused as documented", "status")
        };
        ruling.blames.push(
            Blame::of_answer(title, answer)
                .compare(access::refusal_words(clause), format!("status {status}"))
                .by(&study.contract, "/x-contract/refusals/no-tenant")
                .under(study, &about, Level::Deny)
                .mark(mark),
        );
    }
    ruling.or_inconclusive(
        "the operation could not be called: no record to ask for is known",
        "check against a list that is not empty",
    )
}
