//! What the checks on credentials and tenants share: which calls to make, and which refusals count.

use serde_json::Value;

use super::answers::takes_any_key;
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Call, Case, Query, Walk};
use crate::contract::Operation;
use crate::contract::semantics::{Reads, Refusal, Refusals, Slot};
use crate::document::node;
use crate::finding::Level;
use crate::study::row::key_text;
use crate::study::{Observation, Start, Study, WalkSeen, ask, second_words};

pub(super) use crate::study::SECOND_PAGES;

/// A lawful call of an operation under other access: the first page of a list, or a record that is known to exist.
pub(super) fn call(study: &Study, operation: &Operation, access: Access) -> Option<Call> {
    if let Some(lists) = &operation.clause.lists {
        study.reference(&operation.id)?;
        return Some(ask::query_call(&study.contract, lists, &Query::new(&operation.id, None)).access(access));
    }
    let reads = operation.clause.reads.as_ref()?;
    let by = reads.by.first()?;
    let key = own_key(study, &reads.resource, &by.key)
        .or_else(|| study.means.known_ids.get(&reads.resource)?.first().map(|key| key.as_str().into()))?;
    Some(Call::new(&operation.id).with(&by.slot, key).access(access))
}

/// A key of an own record, by the field that a reader takes; one that no encoding spoils if there is one.
fn own_key(study: &Study, resource: &str, field: &str) -> Option<Value> {
    let (list, lists) = study.list_of(resource)?;
    let own = study.contract.resource(resource).is_some_and(|resource| resource.key == field);
    let field = if own { study.contract.key_of(lists) } else { field };
    let samples = &study.reference(&list.id)?.samples;
    let keys: Vec<(Box<str>, &Value)> = samples
        .iter()
        .filter_map(|(_, record)| node(record, field))
        .filter_map(|value| Some((key_text(value)?, value)))
        .collect();
    let plain = keys.iter().find(|(text, _)| is_plain_key(text));
    plain.or(keys.first()).map(|(_, value)| (*value).clone())
}

/// Whether a key has no character that encodings may spoil.
pub(super) fn is_plain_key(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A later page under other access, with a filter and an order where the list has them: what guards the bare first page
/// may not guard that.
fn later_page(study: &Study, operation: &Operation, access: Access) -> Option<Call> {
    let lists = operation.clause.lists.as_ref()?;
    let telling = |walk: &&WalkSeen| {
        let query = &walk.walk.query;
        query.access == Access::Own
            && query.expand.is_empty()
            && query.filters.is_empty() == lists.filters.is_empty()
            && query.sort.is_none() == lists.sort.is_none()
            && walk.pages.len() > 1
    };
    let walk = study.walks(&operation.id).map(|(_, walk)| walk).find(telling)?;
    let call = &walk.answer(1)?.call;
    let slot = study.contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    let inside = matches!(slot, Some(Slot::Path(_) | Slot::Query(_)));
    let other = matches!(access, Access::NoTenant | Access::UnknownTenant | Access::OwnInSecond);
    if call.follow.is_none() || !inside || !other {
        return Some(call.clone().access(access));
    }
    // An address that the server gave names the own tenant, whatever the access: only a start of one's own tells.
    let start = match (&lists.page.number, &lists.page.offset) {
        (Some(number), _) => Start::Number(number.first + 1),
        (None, Some(offset)) => Start::Offset(offset.first + walk.rows_of(0).len() as u64),
        (None, None) => return None,
    };
    Some(ask::page_call(&study.contract, lists, &walk.walk.query, &start).access(access))
}

/// Access that must not get in, and what is said where it does.
pub(super) struct Door {
    /// The access that is tried.
    pub(super) access: Access,
    /// Whether an operation has such a door.
    pub(super) guards: fn(&Study, &Operation) -> bool,
    /// Why there is none to judge, where it has not.
    pub(super) absent: &'static str,
    /// The refusal that the contract documents.
    pub(super) refusal: fn(&Refusals) -> Option<&Refusal>,
    /// Name of its clause.
    pub(super) clause: &'static str,
    /// Another refusal that will do; without its clause, none.
    pub(super) instead: fn(&Refusals) -> Option<&Refusal>,
    /// Title where the operation answers.
    pub(super) open: &'static str,
    /// Title where it refuses in another way.
    pub(super) odd: &'static str,
}

/// Why it matters how somebody is turned away.
const ODD: &str = "Nobody comes in. But clients tell by the status whether to ask for a new credential, to give up, or to look for another record.";

impl Door {
    /// One call per operation that has the door.
    pub(super) fn plan(&self, study: &Study) -> Vec<Case> {
        let operations = study.contract.operations.iter().filter(|operation| (self.guards)(study, operation));
        let calls =
            |operation: &Operation| [call(study, operation, self.access), later_page(study, operation, self.access)];
        operations.flat_map(calls).flatten().map(Case::Call).collect()
    }

    /// Judges what those calls were answered.
    pub(super) fn judge(&self, study: &Study, operation: &Operation) -> Verdict {
        if !(self.guards)(study, operation) {
            return not_applicable(self.absent);
        }
        let refusals = &study.contract.root.refusals;
        let clause = (self.refusal)(refusals);
        let about = clause.map(|refusal| refusal.about.clone()).unwrap_or_default();
        let mut ruling = Ruling::default();
        for answer in answers(study, operation, self.access) {
            let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else {
                continue;
            };
            ruling.evidence.answers += 1;
            // A refusal that calls itself a success is told by what is wrong with its body, or by keys that nobody has.
            let told = !answer.body.schema_errors.is_empty() || takes_any_key(study, operation);
            if answer.is_success() && told && !shows_anything(study, operation, answer) {
                continue;
            }
            if is_refusal(clause, status) || (self.instead)(refusals).is_some_and(|refusal| refusal.accepts(status)) {
                continue;
            }
            let (title, mark) = if answer.is_success() { (self.open, "accepted") } else { (self.odd, "status") };
            let why = (!answer.is_success()).then_some(ODD);
            let blame = Blame { why, ..Blame::of_answer(title, answer) }
                .compare(refusal_words(clause), format!("status {status}"))
                .by(&study.contract, format!("/x-contract/refusals/{}", self.clause))
                .under(study, &about, Level::Deny)
                .mark(mark);
            ruling.once(blame);
        }
        ruling.or_inconclusive(
            "the operation could not be called: no record to ask for is known",
            "check against a list that is not empty",
        )
    }
}

/// Whether a record is made of nothing, as some servers answer for a key that nobody has: it is no tenant's.
pub(super) fn is_blank_record(study: &Study, reads: &Reads, record: &Value) -> bool {
    let key = study.contract.resource(&reads.resource).and_then(|resource| record.pointer(&resource.key));
    key.is_some_and(|key| key == "" || key.as_f64() == Some(0.0))
}

/// Whether an answer shows a page or a record.
pub(super) fn shows_anything(study: &Study, operation: &Operation, answer: &Observation) -> bool {
    let reads = operation.clause.reads.as_ref();
    let key = reads.and_then(|reads| Some((reads, study.contract.resource(&reads.resource)?)));
    match (&answer.page, key, &answer.json) {
        (Some(page), ..) => page.has_items,
        (None, Some((reads, resource)), Some(body)) => reads.record(body).pointer(&resource.key).is_some(),
        (None, ..) => true,
    }
}

/// Whether an operation needs a credential of a kind that the contract describes.
pub(super) fn needs_credential(study: &Study, operation: &Operation) -> bool {
    operation.is_guarded() && !study.contract.schemes.is_empty()
}

/// Whether records can belong to one of several tenants.
pub(super) fn has_tenants(study: &Study, operation: &Operation) -> bool {
    study.contract.root.tenancy.is_some() || operation.is_guarded()
}

/// Whether an operation shows records, which belong to some tenant.
pub(super) fn shows_records(operation: &Operation) -> bool {
    operation.clause.lists.is_some() || operation.clause.reads.is_some()
}

/// Answers of an operation that were asked for under some access.
pub(super) fn answers<'a>(
    study: &'a Study,
    operation: &'a Operation,
    access: Access,
) -> impl Iterator<Item = &'a Observation> {
    study.all_answers(&operation.id).filter(move |answer| answer.call.access == access && answer.call.method.is_none())
}

/// Whether a status is the refusal that the contract documents; without a clause, any of the usual ones is.
pub(super) fn is_refusal(clause: Option<&Refusal>, status: u16) -> bool {
    clause.map_or(matches!(status, 400 | 401 | 403 | 404 | 422), |refusal| refusal.accepts(status))
}

/// Words for a refusal.
pub(super) fn refusal_words(clause: Option<&Refusal>) -> String {
    match clause {
        Some(refusal) => {
            let all: Vec<String> = refusal.statuses.iter().chain(&refusal.tolerated).map(u16::to_string).collect();
            format!("a refusal with {}", all.join(" or "))
        }
        None => "a refusal".to_owned(),
    }
}

/// The tenant slot, if leaving it out makes a request that can be sent.
pub(super) fn omittable_tenant(study: &Study) -> Option<&Slot> {
    let slot = study.contract.root.tenancy.as_ref()?.slot.as_ref()?;
    (!matches!(slot, Slot::Path(_))).then_some(slot)
}

/// Whether a request can name the second tenant with the own credential, and ought not to be let in: one credential that
/// was given for both tenants may well open both.
pub(super) fn crosses(study: &Study) -> bool {
    let means = &study.means;
    means.has_second && means.second_tenant.is_some() && means.second_tenant != means.tenant && !means.one_credential
}

/// What lets the second tenant in.
const SECOND_WORKS: &str =
    "give a working token with --second-token-env NAME, and the tenant with --second-param NAME=VALUE";

/// The verdict where no second tenant can be asked for.
pub(super) fn no_second(study: &Study) -> Verdict {
    let (reason, remedy) = match study.means.second_refused {
        Some(status) => (second_words(status), SECOND_WORKS),
        None => (
            "no second tenant is known".to_owned(),
            "give --second-token-env and --second-param, or [targets.NAME.second-tenant]",
        ),
    };
    Verdict::Inconclusive { reason, remedy: remedy.to_owned() }
}

/// The verdict on the second tenant; without anything seen of it, why.
pub(super) fn or_no_second_record(study: &Study, list: Option<&Operation>, ruling: Ruling) -> Verdict {
    let refused = list
        .into_iter()
        .flat_map(|list| study.all_answers(&list.id).filter(|answer| answer.call.access == Access::Second))
        .find_map(|answer| answer.status.filter(|status| matches!(status, 401 | 403)));
    match refused {
        Some(status) => {
            ruling.or_inconclusive(&format!("the second tenant's credential was refused with {status}"), SECOND_WORKS)
        }
        None => ruling.or_inconclusive(
            "the second tenant's list showed no record that is its alone",
            "give access to a second tenant that has records of its own",
        ),
    }
}

/// The walk over the second tenant's own records: enough of them to recognise, and to find what is wrong for it alone.
pub(super) fn second_walk(study: &Study, operation: &Operation) -> Option<Walk> {
    let lists = operation.clause.lists.as_ref()?;
    Some(study.walk_of(operation, lists, Access::Second))
}
