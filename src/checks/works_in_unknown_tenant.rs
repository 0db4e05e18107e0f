//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, access, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// An operation answers in a tenant that does not exist.
    ///
    /// ## Why it matters
    /// The tenant is not looked at, so everybody reads the same records.
    ///
    /// ## Example
    /// `Tenant-ID: no-such-tenant` is answered with customers.
    ///
    /// ## Source
    /// `tenancy`, `refusals.no-tenant` and `refusals.foreign`.
    id: "works-in-unknown-tenant", family: Access, level: Deny,
    faults: ["unknown-tenant-accepted"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    if !available(study) {
        return Vec::new();
    }
    access::plan(study, Access::UnknownTenant, wanted)
}

fn available(study: &Study) -> bool {
    study.contract.root.tenancy.as_ref().is_some_and(|tenancy| tenancy.slot.is_some())
}

fn wanted(operation: &Operation) -> bool {
    operation.clause.lists.is_some() || operation.clause.reads.is_some()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if !wanted(operation) || !available(study) {
        return not_applicable("no tenant is selected by a parameter");
    }
    let clause = study.contract.root.refusals.no_tenant.as_ref();
    let about = clause.map(|refusal| refusal.about.clone()).unwrap_or_default();
    let mut ruling = Ruling::default();
    for answer in access::answers(study, operation, Access::UnknownTenant) {
        let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else { continue };
        ruling.evidence.answers += 1;
        // To whom a tenant does not exist, it may be one that is none of theirs.
        let foreign = study.contract.root.refusals.foreign.as_ref();
        if access::is_refusal(clause, status) || foreign.is_some_and(|refusal| refusal.accepts(status)) {
            continue;
        }
        let (title, mark) = if answer.is_success() {
            ("the operation answers in a tenant that does not exist", "accepted")
        } else {
            ("an unknown tenant is not refused as documented", "status")
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
