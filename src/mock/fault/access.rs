//! Doors that stand open, and records of others.

use std::sync::Arc;

use serde_json::{Value, json};

use super::catalogue;
use super::fitting;
use crate::contract::semantics::ReadKey;
use crate::document::text_of;
use crate::mock::ask::Refused;
use crate::mock::exchange::{Answer, Incoming, Inputs, set_at};
use crate::mock::hook::{Hook, Neglect, Scene};
use crate::mock::population::{Population, Row};
use crate::mock::select::{Ranked, rank, sorted};
use crate::mock::targets::Targets;

catalogue! {
    /// No credential is needed.
    "credential-not-needed": fitting::guarded => Always Hook::Neglect(Neglect::MissingCredential);
    /// No credential is needed to read one record.
    "credential-not-needed-on-get": |c| fitting::guarded(c) && fitting::both(c) => Reads Hook::Neglect(Neglect::MissingCredential);
    /// No credential is needed for lists.
    "credential-not-needed-on-list": |c| fitting::guarded(c) && fitting::both(c) => Lists Hook::Neglect(Neglect::MissingCredential);
    /// Any credential will do.
    "credential-not-checked": fitting::guarded => Always Hook::Neglect(Neglect::WrongCredential);
    /// Any credential will do to read one record.
    "credential-not-checked-on-get": |c| fitting::guarded(c) && fitting::both(c) => Reads Hook::Neglect(Neglect::WrongCredential);
    /// Credentials are compared by how they begin.
    "credential-compared-by-beginning": fitting::token_guarded => Always Hook::Neglect(Neglect::CredentialEnd);
    /// No tenant needs to be named.
    "tenant-not-needed": fitting::tenant_slot => Always Hook::Neglect(Neglect::MissingTenant);
    /// No tenant needs to be named to read one record.
    "tenant-not-needed-on-get": |c| fitting::tenant_slot(c) && fitting::both(c) => Reads Hook::Neglect(Neglect::MissingTenant);
    /// An unknown tenant is taken for one's own.
    "unknown-tenant-accepted": fitting::tenant_in_request => Always Hook::Neglect(Neglect::UnknownTenant);
    /// Whoever names another tenant reads its records one by one.
    "tenant-not-enforced-on-get": |c| fitting::tenant_in_request(c) && fitting::both(c) => Always Hook::Neglect(Neglect::TenantOfRecord);
    /// Records of other tenants can be read by their key.
    "foreign-record-readable": fitting::tenant_reads => Reads Hook::Neglect(Neglect::ForeignRecords);
    /// Records of all tenants are listed.
    "foreign-records-listed": |c| fitting::tenancy(c) && fitting::lists(c) => Lists Hook::Matching(all_tenants);
    /// One record of another tenant is listed, late in the walk.
    "foreign-record-listed-deep": |c| fitting::tenancy(c) && fitting::lists(c) => Lists Hook::Matching(one_foreign);
    /// Records of other tenants are listed under a filter.
    "foreign-records-listed-under-filter": |c| fitting::tenancy(c) && fitting::filter(c) => Filtered Hook::Matching(all_tenants_filtered);
    /// The second tenant sees the records of the first as well.
    "foreign-records-listed-for-one-tenant": |c| fitting::tenancy(c) && fitting::lists(c) => SecondTenant Hook::Matching(all_tenants);
    /// No credential is needed for the pages after the first.
    "credential-not-needed-on-later-pages": |c| fitting::guarded(c) && fitting::paged(c) => Resumed Hook::Neglect(Neglect::MissingCredential);
    /// Any credential will do for the pages after the first.
    "credential-not-checked-on-later-pages": |c| fitting::guarded(c) && fitting::paged(c) => Resumed Hook::Neglect(Neglect::WrongCredential);
    /// No tenant needs to be named for the pages after the first.
    "tenant-not-needed-on-later-pages": |c| fitting::tenant_slot(c) && fitting::paged(c) => Resumed Hook::Neglect(Neglect::MissingTenant);
    /// An unknown tenant is taken for one's own on the pages after the first.
    "unknown-tenant-accepted-on-later-pages": |c| fitting::tenant_in_request(c) && fitting::paged(c) => Resumed Hook::Neglect(Neglect::UnknownTenant);
    /// Whoever names another tenant lists its records.
    "tenant-not-enforced-on-list": |c| fitting::tenant_in_request(c) && fitting::both(c) => Lists Hook::Neglect(Neglect::ForeignRecords);
    /// A list that is filtered by a key shows the record of another tenant that has it.
    "foreign-record-listed-by-key": |c| fitting::tenancy(c) && fitting::key_filter(c) => Filtered Hook::Matching(others_by_key);
    /// Another tenant's record is read by its other key, though most of those keys are in use by both tenants.
    "foreign-record-readable-by-other-key": |c| fitting::tenant_reads(c) && fitting::alias(c) => Always Hook::Population(share_aliases), Reads Hook::Exchange(open_by_alias);
    /// Another tenant's record is refused as a bad request.
    "foreign-record-bad-request": fitting::tenant_reads => Reads Hook::Refusal(bad_request);
    /// A list is kept by its address: the second tenant gets the first one's.
    "list-cached-between-tenants": |c| fitting::tenant_beside_address(c) && fitting::lists(c) => Lists Hook::Neglect(Neglect::Caching);
    /// A record is kept by its address: whoever asks after its owner gets it.
    "record-cached-between-tenants": |c| fitting::tenant_beside_address(c) && fitting::reads(c) => Reads Hook::Neglect(Neglect::Caching);
    /// The tenant that a record shows is not its own.
    "tenant-field-wrong": fitting::tenant_echo => Always Hook::Record(wrong_tenant);
    /// The tenant that one record shows is not its own.
    "tenant-field-wrong-deep": fitting::tenant_field => Deep Hook::Record(wrong_tenant);
    /// A record shows no tenant when it is read.
    "tenant-field-null-on-get": |c| fitting::tenant_echo(c) && fitting::reads(c) => Reads Hook::Record(no_tenant);
    /// The tenant that a record shows when it is read is not its own.
    "tenant-field-wrong-on-get": |c| fitting::tenant_field(c) && fitting::reads(c) => Reads Hook::Record(wrong_tenant);
}

fn bad_request(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if *refused == Refused::Foreign {
        let documented = [400, 409, 422].into_iter().find(|status| scene.operation.response(*status).is_some());
        super::errors::refuse(scene, answer, documented.unwrap_or(400));
    }
}

/// Gives most records of the second tenant the other keys that records of the first one have.
fn share_aliases(targets: &Targets, population: &mut Population) {
    for stock in population.stocks.values_mut() {
        let key = stock.key.clone();
        let [first, second, ..] = stock.tables.as_mut_slice() else { continue };
        for (index, row) in second.iter_mut().enumerate().filter(|(index, _)| index % 8 != 5) {
            let mut record = row.value.clone();
            for alias in &targets.aliases {
                if let (Some(theirs), Some(_)) =
                    (first.get(index).and_then(|row| row.value.pointer(alias)), record.pointer(alias))
                {
                    set_at(&mut record, alias, theirs.clone());
                }
            }
            *row = Arc::new(Row::new(record, &key));
        }
    }
}

/// Shows the first tenant the second one's record that has the other key asked for.
fn open_by_alias(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let Some(reads) = &scene.operation.clause.reads else { return };
    let asked = |by: &ReadKey| inputs.text(&by.slot).filter(|_| by.key != scene.targets.key);
    let table = scene.population.table(scene.resource(), 1);
    let has = |row: &Row| {
        reads.by.iter().any(|by| asked(by).is_some_and(|key| row.value.pointer(&by.key).map(text_of) == Some(key)))
    };
    if let (404, Some(row)) = (answer.status, table.iter().find(|row| has(row))) {
        answer.status = 200;
        answer.body = row.json.as_bytes().to_vec().into();
    }
}

/// Lets in the records of other tenants that have the key which is filtered by.
fn others_by_key(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return };
    let keys = fitting::keys_read_by(scene.contract, lists);
    let by_key = ask.filters.iter().filter(|condition| condition.asked).any(|condition| {
        let filter = lists.filters.get_index(condition.filter).map(|(_, filter)| filter);
        filter.is_some_and(|filter| fitting::is_key_filter(filter, &keys))
    });
    if by_key {
        merge(scene, matching, fitting_others(scene));
    }
}

fn others(scene: &Scene<'_>) -> Vec<Ranked> {
    let Some(ask) = scene.ask else { return Vec::new() };
    let other = usize::from(scene.tenant == 0);
    sorted(scene.population.table(scene.resource(), other), &ask.order)
}

/// Puts records in where the order has them.
fn merge(scene: &Scene<'_>, matching: &mut Vec<Ranked>, others: Vec<Ranked>) {
    let Some(ask) = scene.ask else { return };
    matching.extend(others);
    matching.sort_by(|a, b| {
        rank(&a.1, &ask.order)
            .compare(&rank(&b.1, &ask.order), ask.order.descending)
            .then_with(|| a.1.key.cmp(&b.1.key))
    });
}

fn fitting_others(scene: &Scene<'_>) -> Vec<Ranked> {
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return Vec::new() };
    let mut found = others(scene);
    found.retain(|(_, row)| crate::mock::select::matches(lists, scene.route, ask, row));
    found
}

fn all_tenants(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    merge(scene, matching, fitting_others(scene));
}

fn all_tenants_filtered(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    all_tenants(scene, matching);
}

fn one_foreign(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let late = matching.get(matching.len() * 3 / 5).map(|(rank, _)| rank.clone());
    let descending = scene.ask.is_some_and(|ask| ask.order.descending);
    let found = fitting_others(scene);
    let behind = |(other, _): &&Ranked| late.as_ref().is_none_or(|late| late.compare(other, descending).is_le());
    if let Some(one) = found.iter().find(behind).or_else(|| found.last()).cloned() {
        merge(scene, matching, vec![one]);
    }
}

fn no_tenant(scene: &Scene<'_>, record: &mut Value) {
    if let Some(field) = &scene.targets.tenant {
        set_at(record, field, Value::Null);
    }
}

fn wrong_tenant(scene: &Scene<'_>, record: &mut Value) {
    let other = scene.population.tenants.get(usize::from(scene.tenant == 0));
    if let (Some(field), Some(other)) = (&scene.targets.tenant, other) {
        set_at(record, field, json!(other));
    }
}
