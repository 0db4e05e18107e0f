//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::tenants::{Tenants, Whose};
use super::{Blame, Ruling, Verdict, access, filtering, not_applicable};
use crate::case::{Access, Call, Case, Query};
use crate::contract::Operation;
use crate::contract::semantics::{Filter, Lists, Match};
use crate::exchange::Sent;
use crate::study::row::key_text;
use crate::study::{Row, Study, ask, question, records};

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
    /// `tenancy`; two tenants have no record in common. The list is also asked for a record of the other tenant, by an exact
    /// filter on a field that records are read by.
    id: "foreign-records-listed", family: Access, level: Deny, proof: Credential,
    faults: ["foreign-record-listed-deep", "foreign-records-listed", "tenant-not-enforced-on-list", "list-cached-between-tenants", "foreign-record-listed-by-key"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    if !study.means.has_second {
        return Vec::new();
    }
    let mut cases = Vec::new();
    for (operation, lists) in study.lists().filter(|(operation, _)| study.reference(&operation.id).is_some()) {
        cases.extend(access::second_walk(study, operation).map(Case::Walk));
        cases.extend(by_foreign_keys(study, operation, lists));
        if access::crosses(study) {
            cases.extend(access::call(study, operation, Access::OwnInSecond).map(Case::Call));
        }
    }
    cases
}

/// Most filters by which a list is asked for another tenant's record.
const MOST_FILTERS: usize = 2;

/// Requests for a record of the second tenant, by exact filters on what records are read by.
fn by_foreign_keys(study: &Study, operation: &Operation, lists: &Lists) -> Vec<Case> {
    let Some(tenants) = Tenants::of_list(study, operation) else { return Vec::new() };
    let readers = study.contract.operations.iter().filter_map(|operation| operation.clause.reads.as_ref());
    let ways = readers.filter(|reads| reads.resource == lists.resource).flat_map(|reads| &reads.by);
    let keys: Vec<&str> = ways.map(|by| by.key.as_str()).chain([study.contract.key_of(lists)]).collect();
    let exact = |filter: &&Filter| matches!(filter.matching, Match::Equal | Match::AnyOf) && filter.rule.is_none();
    let by_key = |filter: &Filter| {
        let field = filter.field.as_deref().filter(|_| exact(&filter) && !filtering::is_light(study, filter))?;
        let value = tenants.foreign_values(field).into_iter().next().filter(|_| keys.contains(&field))?;
        Some(if filter.matching == Match::AnyOf { Value::Array(vec![value]) } else { value })
    };
    let asked = lists.filters.iter().filter_map(|(name, filter)| Some((name, by_key(filter)?)));
    let calls = asked.take(MOST_FILTERS).map(|(name, value)| {
        let query = Query::new(&operation.id, None).filter(name, value);
        Case::Call(ask::query_call(&study.contract, lists, &query))
    });
    calls.collect()
}

/// The filter by which a list was asked for a record of the second tenant.
fn asked_by<'a>(tenants: &Tenants<'_>, lists: &'a Lists, operation: &Operation, call: &Call) -> Option<&'a str> {
    let (query, _) = question::question(operation, lists, call)?;
    let [(name, value)] = query.filters.as_slice() else { return None };
    let value = value.as_array().and_then(|values| values.first()).unwrap_or(value);
    let (name, filter) = lists.filters.get_key_value(name)?;
    let foreign = tenants.is_foreign_value(filter.field.as_deref()?, &key_text(value)?);
    foreign.then_some(name.as_str())
}

/// Records of the second tenant that the own list shows when it is asked for them.
fn judge_asked(study: &Study, operation: &Operation, lists: &Lists, ruling: &mut Ruling) {
    let Some(tenants) = Tenants::of_list(study, operation) else { return };
    for (_, answer) in study.answers(&operation.id) {
        let own = answer.call.access == Access::Own && answer.call.method.is_none() && answer.call.follow.is_none();
        let Some(body) = answer.json.as_ref().filter(|_| own && answer.is_success()) else { continue };
        let Some(name) = asked_by(&tenants, lists, operation, &answer.call) else { continue };
        ruling.evidence.answers += 1;
        let is_theirs = |record: &&Value| {
            let key = record.pointer(study.contract.key_of(lists)).and_then(key_text);
            key.is_some_and(|key| {
                let same = tenants.is_as_they_list(record, &key);
                tenants.whose(record, &key, same) == Whose::Theirs
            })
        };
        if let Some(at) = records(lists, body).iter().position(is_theirs) {
            let mut blame = Blame::of_answer("a filter by its key shows another tenant's record", answer)
                .compare("no record of another tenant", "a record that the second tenant lists")
                .at(lists.place(at))
                .by(&study.contract, "/x-contract/tenancy")
                .mark(format!("by {name}"));
            let walk = Case::Walk(study.reference_walk(operation, lists));
            let walks = access::second_walk(study, operation).map(Case::Walk).into_iter().chain([walk]);
            blame.cases = walks.chain(blame.cases).collect();
            ruling.blames.push(blame);
        }
    }
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

/// The plain walk that shows a record to the own tenant, and the request for its page.
fn own_showing(study: &Study, operation: &Operation, key: &str) -> Option<(Case, Sent)> {
    study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.is_plain()).find_map(|(case, walk)| {
        let at = walk.rows.iter().position(|row| row.key.as_deref() == Some(key))?;
        Some((case.clone(), walk.answer(walk.page_of(at))?.sent.clone()))
    })
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if !study.means.has_second && !access::has_tenants(study, operation) {
        return not_applicable("the contract knows neither tenants nor credentials");
    }
    if !study.means.has_second {
        return access::no_second(study);
    }
    let mut ruling = Ruling::default();
    let own = study.reference(&operation.id);
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.access == Access::Second) {
        let Some(own) = own else { continue };
        for (index, row) in walk.rows.iter().enumerate() {
            let Some(key) = row.key.as_deref() else { continue };
            ruling.evidence.records += 1;
            if own.get(key).is_some_and(|ours| is_shared(study, operation, ours, row)) {
                // The first stands for all: its own showing is looked for, the others' need not be.
                let ours = ruling.blames.is_empty().then(|| own_showing(study, operation, key)).flatten();
                let (plain, first) = ours.map_or((None, None), |(case, sent)| (Some(case), Some(sent)));
                let theirs = walk.answer(walk.page_of(index)).map(|answer| answer.sent.clone());
                let sent = first.into_iter().chain(theirs).collect();
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
    judge_asked(study, operation, lists, &mut ruling);
    access::or_no_second_record(study, Some(operation), ruling)
}
