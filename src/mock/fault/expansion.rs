//! Related records that are missing, wrong or uninvited.

use serde_json::{Value, json};

use super::catalogue;
use super::fitting;
use super::reading::not_found;
use crate::contract::semantics::Expand;
use crate::document::text_of;
use crate::mock::ask::{Ask, From};
use crate::mock::exchange::{Answer, Incoming, Inputs, set_at, take_at};
use crate::mock::expand;
use crate::mock::hook::{Hook, Scene};
use crate::mock::page::Page;
use crate::mock::select::Ranked;

catalogue! {
    /// An expansion that was asked for is not there.
    "expansion-ignored": fitting::expands => Always Hook::Record(ignore);
    /// An expansion that was asked for is not there when one record is read.
    "expansion-ignored-on-get": |c| fitting::expands(c) && fitting::reads(c) => Reads Hook::Record(ignore);
    /// An expansion that was asked for is not there in lists.
    "expansion-ignored-on-list": fitting::expands_lists => Lists Hook::Record(ignore);
    /// An expansion is there although nobody asked.
    "expansion-unasked": fitting::expands => Always Hook::Record(unasked); tolerated;
    /// An expansion shows another record than the related one.
    "expansion-wrong-record": fitting::expands => Always Hook::Record(wrong);
    /// An expansion shows another record than the related one in lists.
    "expansion-wrong-record-on-list": fitting::may_expand_lists => Lists Hook::Record(wrong);
    /// An expansion shows the record itself.
    "expansion-shows-itself": fitting::expands => Always Hook::Record(itself);
    /// An expansion shows a record of another tenant.
    "expansion-of-other-tenant": |c| fitting::expands(c) && fitting::tenant_field(c) => Always Hook::Record(foreign);
    /// An expansion lacks a required field.
    "expansion-field-missing": |c| fitting::expands(c) && fitting::has_required(c) => Always Hook::Record(incomplete);
    /// An expansion is there although the record has nothing related.
    "expansion-unfounded": fitting::expands => Always Hook::Record(unfounded);
    /// An expansion is null.
    "expansion-null": fitting::expands => Always Hook::Record(null);
    /// Lists leave out the records that have nothing related when an expansion is asked for.
    "expansion-leaves-records-out": fitting::may_expand_lists => Lists Hook::Matching(join_inner);
    /// Lists forget their filters when an expansion is asked for.
    "expansion-forgets-filters": |c| fitting::may_expand_lists(c) && fitting::filter(c) => Lists Hook::Ask(forget_filters);
    /// Lists begin anew on every page when an expansion is asked for.
    "expansion-starts-over": |c| fitting::may_expand_lists(c) && fitting::paged(c) => Lists Hook::Ask(start_over);
    /// Lists come in reverse order when an expansion is asked for.
    "expansion-reverses-order": |c| fitting::may_expand_lists(c) && fitting::default_order(c) => Lists Hook::Ask(reverse);
    /// Pages lack their last record when an expansion is asked for.
    "expansion-cuts-page": fitting::may_expand_lists => Lists Hook::Page(cut);
    /// A record that has nothing related is not found when an expansion is asked for.
    "expansion-loses-record-on-get": |c| fitting::expands(c) && fitting::reads(c) => Reads Hook::Exchange(lose);
    /// Asking for an expansion is refused as if the credential were not good for it.
    "expansion-forbidden": fitting::expands => Always Hook::Exchange(forbid);
    /// Asking for an expansion changes another field.
    "expansion-changes-others": |c| fitting::expands(c) && fitting::has_text(c) => Always Hook::Record(change_others);
}

fn forbid(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let asked = |clause: &Expand| expand::words(&inputs.all(&clause.slot)).contains(&text_of(&clause.value));
    if answer.status == 200 && scene.operation.clause.expands.iter().any(asked) {
        super::errors::forbid(scene, answer);
    }
}

/// Expansions of a record that are there, with what is there.
fn shown<'a>(scene: &Scene<'a>, record: &Value) -> Vec<&'a Expand> {
    let clauses = scene.operation.clause.expands.iter();
    clauses.filter(|clause| record.pointer(&clause.adds).is_some()).collect()
}

fn join_inner(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let asked = scene.ask.map(|ask| ask.expands.as_slice()).unwrap_or_default();
    for clause in asked.iter().filter_map(|index| scene.operation.clause.expands.get(*index)) {
        matching.retain(|(_, row)| expand::related(scene, clause, &row.value).is_some());
    }
}

fn is_asked(scene: &Scene<'_>) -> bool {
    scene.ask.is_some_and(|ask| !ask.expands.is_empty())
}

fn forget_filters(scene: &Scene<'_>, ask: &mut Ask) {
    if is_asked(scene) {
        ask.filters.retain(|condition| !condition.asked);
    }
}

fn start_over(scene: &Scene<'_>, ask: &mut Ask) {
    if is_asked(scene) {
        ask.from = From::default();
    }
}

fn reverse(scene: &Scene<'_>, ask: &mut Ask) {
    if is_asked(scene) {
        ask.order.descending = !ask.order.descending;
    }
}

fn cut(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if is_asked(scene) && page.rows.len() > 1 {
        page.rows.pop();
    }
}

fn lose(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let asked = |clause: &&Expand| expand::words(&inputs.all(&clause.slot)).contains(&text_of(&clause.value));
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let missing = |clause: &Expand| body.pointer(&clause.adds).is_none();
    if answer.status == 200 && scene.operation.clause.expands.iter().filter(asked).any(missing) {
        not_found(scene, answer);
    }
}

fn ignore(scene: &Scene<'_>, record: &mut Value) {
    for clause in shown(scene, record) {
        take_at(record, &clause.adds);
    }
}

fn unasked(scene: &Scene<'_>, record: &mut Value) {
    for clause in &scene.operation.clause.expands {
        expand::add(scene, clause, record);
    }
}

fn wrong(scene: &Scene<'_>, record: &mut Value) {
    for clause in shown(scene, record) {
        let related = expand::related(scene, clause, record);
        let table = scene.population.table(scene.resource(), scene.tenant);
        let other = table.iter().find(|row| Some(&row.value) != related.as_ref() && row.key != scene.key);
        if let Some(row) = other {
            set_at(record, &clause.adds, row.value.clone());
        }
    }
}

fn itself(scene: &Scene<'_>, record: &mut Value) {
    let own = record.clone();
    for clause in shown(scene, record) {
        let mut copy = own.clone();
        take_at(&mut copy, &clause.adds);
        set_at(record, &clause.adds, copy);
    }
}

fn foreign(scene: &Scene<'_>, record: &mut Value) {
    let (Some(field), Some(other)) =
        (&scene.targets.tenant, scene.population.tenants.get(usize::from(scene.tenant == 0)))
    else {
        return;
    };
    for clause in shown(scene, record) {
        set_at(record, &format!("{}{field}", clause.adds), json!(other));
    }
}

fn incomplete(scene: &Scene<'_>, record: &mut Value) {
    let Some(target) = scene.targets.required() else { return };
    for clause in shown(scene, record) {
        take_at(record, &format!("{}{}", clause.adds, target.pointer));
    }
}

fn unfounded(scene: &Scene<'_>, record: &mut Value) {
    for clause in scene.expands.iter().filter_map(|index| scene.operation.clause.expands.get(*index)) {
        let table = scene.population.table(scene.resource(), scene.tenant);
        if let (None, Some(row)) = (record.pointer(&clause.adds), table.iter().find(|row| row.key != scene.key)) {
            set_at(record, &clause.adds, row.value.clone());
        }
    }
}

fn null(scene: &Scene<'_>, record: &mut Value) {
    for clause in shown(scene, record) {
        set_at(record, &clause.adds, Value::Null);
    }
}

fn change_others(scene: &Scene<'_>, record: &mut Value) {
    let Some(target) = scene.targets.text() else { return };
    if shown(scene, record).is_empty() {
        return;
    }
    if let Some(text) = record.pointer(&target.pointer).and_then(Value::as_str) {
        let text = format!("{text}*");
        set_at(record, &target.pointer, json!(text));
    }
}
