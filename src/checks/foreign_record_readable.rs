//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, access, not_applicable};
use crate::case::{Access, Call, Case};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Seen, Study};

check! {
    /// A record of another tenant can be read by its key.
    ///
    /// ## Why it matters
    /// Keys leak through links, logs and guesses; the tenant check is what stands behind them.
    ///
    /// ## Example
    /// `GET /v1/customers/{id of tenant B}` with tenant A's credential is answered with 200.
    ///
    /// ## Source
    /// `tenancy` and `refusals.foreign`.
    id: "foreign-record-readable", family: Access, level: Deny,
    faults: ["foreign-record-readable"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for operation in study.contract.operations.iter().filter(|_| study.means.has_second) {
        let Some(reads) = &operation.clause.reads else { continue };
        for key in named_keys(study, &reads.resource) {
            cases.extend(reads.by.first().map(|by| Case::Call(Call::new(&operation.id).with(&by.slot, key))));
        }
        let Some((list, _)) = study.list_of(&reads.resource) else { continue };
        let Some(walk) = access::second_walk(study, list) else { continue };
        let Some(Seen::Walk(seen)) = study.get(&Case::Walk(walk)) else { continue };
        let Some(by) = reads.by.iter().find(|by| study.model(&list.id).is_some_and(|model| model.key == by.key)) else {
            continue;
        };
        let keys: Vec<&str> = seen.rows.iter().filter_map(|row| row.key.as_deref()).collect();
        for key in keys.first().into_iter().chain(keys.last().filter(|_| keys.len() > 1)) {
            cases.push(Case::Call(Call::new(&operation.id).with(&by.slot, *key)));
        }
    }
    cases
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(reads) = &operation.clause.reads else { return not_applicable("the operation reads no single record") };
    if !study.means.has_second {
        return Verdict::Inconclusive {
            reason: "no second tenant is known".to_owned(),
            remedy: "give --second-token-env and --second-param, or [targets.NAME.second-tenant]".to_owned(),
        };
    }
    let clause = study.contract.root.refusals.foreign.as_ref();
    let about = clause.map(|refusal| refusal.about.clone()).unwrap_or_default();
    let foreign = foreign_keys(study, &reads.resource);
    let mut ruling = Ruling::default();
    for answer in access::answers(study, operation, Access::Own) {
        let key = reads.by.iter().find_map(|by| answer.call.value(&by.slot)?.as_str());
        if !key.is_some_and(|key| foreign.contains(&key)) {
            continue;
        }
        let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else { continue };
        ruling.evidence.answers += 1;
        if access::is_refusal(clause, status) {
            continue;
        }
        let readable = answer.is_success();
        let title = if readable {
            "another tenant's record can be read"
        } else {
            "another tenant's record is not refused as documented"
        };
        let mut blame = Blame::of_answer(title, answer)
            .compare(access::refusal_words(clause), format!("status {status}"))
            .by(&study.contract, "/x-contract/refusals/foreign")
            .under(study, &about, Level::Deny)
            .mark(if readable { "read" } else { "status" });
        // Which keys are foreign is known from the second tenant's list.
        let walks = study.list_of(&reads.resource).and_then(|(list, lists)| {
            Some([Case::Walk(access::second_walk(study, list)?), Case::Walk(study.reference_walk(list, lists))])
        });
        blame.cases = walks.into_iter().flatten().chain(blame.cases).collect();
        ruling.blames.push(blame);
    }
    let (reason, remedy) = access::second_silence(study, study.list_of(&reads.resource).map(|(list, _)| list));
    ruling.or_inconclusive(&reason, &remedy)
}

/// Keys that the user named as the second tenant's.
fn named_keys<'a>(study: &'a Study, resource: &str) -> impl Iterator<Item = &'a str> {
    study.means.second_known_ids.get(resource).into_iter().flatten().map(String::as_str)
}

/// Keys that the second tenant lists and the own tenant does not, and those that the user named.
fn foreign_keys<'a>(study: &'a Study, resource: &str) -> Vec<&'a str> {
    let mut keys: Vec<&str> = named_keys(study, resource).collect();
    keys.extend(listed_keys(study, resource));
    keys
}

fn listed_keys<'a>(study: &'a Study, resource: &str) -> Vec<&'a str> {
    let Some((list, _)) = study.list_of(resource) else { return Vec::new() };
    let own = study.reference(&list.id);
    study
        .walks(&list.id)
        .filter(|(_, walk)| walk.walk.query.access == Access::Second)
        .flat_map(|(_, walk)| walk.rows.iter().filter_map(|row| row.key.as_deref()))
        .filter(|key| own.is_none_or(|own| own.get(key).is_none()))
        .collect()
}
