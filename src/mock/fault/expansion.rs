//! Related records that are missing, wrong or uninvited.

use serde_json::{Value, json};

use super::catalogue;
use super::fitting;
use crate::contract::semantics::Expand;
use crate::mock::exchange::{set_at, take_at};
use crate::mock::expand;
use crate::mock::hook::{Hook, Scene};
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
    /// Asking for an expansion changes another field.
    "expansion-changes-others": |c| fitting::expands(c) && fitting::has_text(c) => Always Hook::Record(change_others);
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
