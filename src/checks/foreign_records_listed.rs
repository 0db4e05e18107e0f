//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, access, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::study::{Row, Study};

check! {
    /// A list shows records of another tenant.
    ///
    /// ## Why it matters
    /// One customer reads another's records: the worst thing that a multi-tenant API can do.
    ///
    /// ## Example
    /// The list of tenant A holds a customer that tenant B lists as its own; or A's key opens B's list.
    ///
    /// ## Source
    /// `tenancy`; two tenants have no record in common.
    id: "foreign-records-listed", family: Access, level: Deny,
    faults: ["foreign-record-listed-deep", "foreign-records-listed", "tenant-not-enforced-on-list", "list-cached-between-tenants"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    if !study.means.has_second {
        return Vec::new();
    }
    let mut cases = Vec::new();
    for (operation, _) in study.lists().filter(|(operation, _)| study.reference(&operation.id).is_some()) {
        cases.extend(access::second_walk(study, operation).map(Case::Walk));
        if access::crosses(study) {
            cases.extend(access::call(study, operation, Access::OwnInSecond).map(Case::Call));
        }
    }
    cases
}

/// Whether two rows of one key are one record. Keys may be given out per tenant: then the records differ, and each shows
/// its own tenant.
fn is_shared(study: &Study, operation: &Operation, ours: &Row, theirs: &Row) -> bool {
    let field = study.contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.field.as_deref());
    let at = field.and_then(|field| study.model(&operation.id)?.field(field));
    let shown = |row: &Row| at.and_then(|at| row.traits.get(at)).filter(|held| !held.is_nothing()).cloned();
    match (shown(ours), shown(theirs)) {
        (Some(one), Some(two)) if one != two => false,
        (Some(_), Some(_)) => true,
        _ => ours.print == theirs.print,
    }
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if operation.clause.lists.is_none() {
        return not_applicable("the operation lists nothing");
    }
    if !study.means.has_second && !access::has_tenants(study, operation) {
        return not_applicable("the contract knows neither tenants nor credentials");
    }
    if !study.means.has_second {
        return Verdict::Inconclusive {
            reason: "no second tenant is known".to_owned(),
            remedy: "give --second-token-env and --second-param, or [targets.NAME.second-tenant]".to_owned(),
        };
    }
    let mut ruling = Ruling::default();
    let own = study.reference(&operation.id);
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.access == Access::Second) {
        let Some(own) = own else { continue };
        for (index, row) in walk.rows.iter().enumerate() {
            let Some(key) = row.key.as_deref() else { continue };
            ruling.evidence.records += 1;
            if own.get(key).is_some_and(|ours| is_shared(study, operation, ours, row)) {
                let sent = walk.answer(walk.page_of(index)).map(|answer| answer.sent.clone()).into_iter().collect();
                let plain = study
                    .walks(&operation.id)
                    .find(|(_, walk)| walk.walk.query.is_plain())
                    .map(|(case, _)| case.clone());
                let cases = plain.into_iter().chain([case.clone()]).collect();
                ruling.blames.push(
                    Blame { compares: false, ..Blame::of_cases("two tenants list the same record", cases, sent) }
                        .compare("no record in common", "a record that both tenants list")
                        .by(&study.contract, "/x-contract/tenancy")
                        .shown(key)
                        .mark("shared"),
                );
            }
        }
    }
    for answer in access::answers(study, operation, Access::OwnInSecond) {
        ruling.evidence.answers += 1;
        let shows = answer.page.as_ref().is_some_and(|page| page.items > 0);
        if answer.is_success() && shows {
            ruling.blames.push(
                Blame::of_answer("the own credential lists another tenant's records", answer)
                    .compare("a refusal, or no record", "records")
                    .by(&study.contract, "/x-contract/tenancy")
                    .mark("opened"),
            );
        }
    }
    access::or_no_second_record(study, Some(operation), ruling)
}
