//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, access, not_applicable, reading};
use crate::case::{Access, Call, Case};
use crate::contract::Operation;
use crate::contract::semantics::{ReadKey, Reads};
use crate::document::node;
use crate::finding::Level;
use crate::study::row::key_text;
use crate::study::{Observation, Reference, Study};

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
    faults: ["foreign-record-readable", "tenant-not-enforced-on-get", "record-cached-between-tenants", "foreign-record-bad-request"],
    plan: plan, judge: judge,
}

/// Most records of the second tenant asked for by each key.
const MOST: usize = 2;

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for operation in study.contract.operations.iter().filter(|_| study.means.has_second) {
        let Some(reads) = &operation.clause.reads else { continue };
        for by in &reads.by {
            for key in foreign_keys(study, reads, by) {
                let call = Call::new(&operation.id).with(&by.slot, &*key);
                // Its owner reads it first: what a cache keeps of that must not be shown to others.
                let first = reading::second_call(operation, by, &key);
                if !study.has(&first) {
                    cases.push(first);
                    continue;
                }
                cases.push(Case::Call(call.clone()));
                if access::crosses(study) {
                    cases.push(Case::Call(call.access(Access::OwnInSecond)));
                }
            }
        }
    }
    cases
}

/// Values of a key by which the second tenant's records are read: the first and the last that are its alone; those that
/// no encoding spoils, as far as there are any.
fn foreign_keys(study: &Study, reads: &Reads, by: &ReadKey) -> Vec<String> {
    let foreign = Foreign::of(study, reads);
    // Those that the user named stand in for a list.
    let first = reads.by.first() == Some(by);
    let named = study.means.second_known_ids.get(&reads.resource).into_iter().flatten().filter(|_| first).cloned();
    let mut keys: Vec<String> = foreign
        .theirs
        .samples
        .iter()
        .filter(|(key, _)| foreign.is_foreign(key))
        .filter_map(|(_, record)| node(record, &by.key).and_then(key_text))
        .filter(|text| !text.trim().is_empty() && !matches!(&**text, "." | ".."))
        .map(String::from)
        .collect();
    keys.dedup();
    if keys.iter().any(|key| access::is_plain_key(key)) {
        keys.retain(|key| access::is_plain_key(key));
    }
    if keys.len() > MOST {
        keys.drain(MOST / 2..keys.len() - MOST / 2);
    }
    keys.extend(named);
    keys
}

/// What both tenants list.
struct Foreign<'a> {
    ours: &'a Reference,
    theirs: &'a Reference,
}

impl<'a> Foreign<'a> {
    fn of(study: &'a Study, reads: &Reads) -> Self {
        let list = study.list_of(&reads.resource).map(|(list, _)| list.id.clone()).unwrap_or_default();
        Self { ours: study.reference_of(&list, Access::Own), theirs: study.reference_of(&list, Access::Second) }
    }

    /// Whether a key is one that the second tenant lists and the own tenant does not.
    fn is_foreign(&self, key: &str) -> bool {
        self.theirs.get(key).is_some() && self.ours.get(key).is_none()
    }
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(reads) = &operation.clause.reads else { return not_applicable("the operation reads no single record") };
    if !study.means.has_second && !access::has_tenants(study, operation) {
        return not_applicable("the contract knows neither tenants nor credentials");
    }
    if !study.means.has_second {
        return Verdict::Inconclusive {
            reason: "no second tenant is known".to_owned(),
            remedy: "give --second-token-env and --second-param, or [targets.NAME.second-tenant]".to_owned(),
        };
    }
    let list = study.list_of(&reads.resource).map(|(list, _)| list);
    let mut ruling = Ruling::default();
    let foreign = Foreign::of(study, reads);
    let asked: Vec<String> = reads.by.iter().flat_map(|by| foreign_keys(study, reads, by)).collect();
    for access in [Access::Own, Access::OwnInSecond] {
        for answer in access::answers(study, operation, access) {
            let key = reads.by.iter().find_map(|by| answer.call.value(&by.slot)?.as_str());
            if key.is_some_and(|key| asked.iter().any(|asked| asked == key)) {
                judge_answer(study, reads, &foreign, answer, &mut ruling);
            }
        }
    }
    access::or_no_second_record(study, list, ruling)
}

fn judge_answer(study: &Study, reads: &Reads, foreign: &Foreign, answer: &Observation, ruling: &mut Ruling) {
    let refusals = &study.contract.root.refusals;
    let clause = refusals.foreign.as_ref();
    let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else { return };
    let crossing = answer.call.access == Access::OwnInSecond;
    let resource = study.contract.resource(&reads.resource);
    let shown = answer.json.as_ref().and_then(|body| reads.record(body).pointer(&resource?.key).and_then(key_text));
    // A success that shows no record is another fault.
    let readable = answer.is_success() && shown.is_some();
    // An alias may belong to a record of either tenant: then one's own is what one gets.
    if readable && shown.as_deref().is_some_and(|key| foreign.ours.get(key).is_some()) {
        return;
    }
    ruling.evidence.answers += 1;
    let barred = crossing && refusals.no_tenant.as_ref().is_some_and(|refusal| refusal.accepts(status));
    if !readable && (barred || access::is_refusal(clause, status)) {
        return;
    }
    // A reader that treats every unknown key so does it out of another fault.
    let alike = |probe: &Observation| !readable && probe.status == Some(status);
    if (!crossing || answer.is_success())
        && reading::answers_to_unknown(study, reads, &answer.call.operation).any(alike)
    {
        return;
    }
    let title = match (readable, crossing) {
        (true, true) => "the own credential reads another tenant's record",
        (true, false) => "another tenant's record can be read",
        (false, _) => "another tenant's record is not refused as documented",
    };
    let about = clause.map(|refusal| refusal.about.clone()).unwrap_or_default();
    let mut blame = Blame::of_answer(title, answer)
        .compare(access::refusal_words(clause), format!("status {status}"))
        .by(&study.contract, "/x-contract/refusals/foreign")
        .under(study, &about, Level::Deny)
        .mark(match (readable, crossing) {
            (true, true) => "crossed",
            (true, false) => "read",
            (false, _) => "status",
        });
    // Which keys are foreign is known from the lists of both tenants.
    let walks = study.list_of(&reads.resource).and_then(|(list, lists)| {
        Some([Case::Walk(access::second_walk(study, list)?), Case::Walk(study.reference_walk(list, lists))])
    });
    blame.cases = walks.into_iter().flatten().chain(blame.cases).collect();
    ruling.blames.push(blame);
}
