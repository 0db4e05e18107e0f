//! Fields of records that are missing, null, of another type, or outside what the schema allows.

use serde_json::{Value, json};

use super::catalogue;
use super::fitting;
use crate::contract::Contract;
use crate::mock::exchange::{set_at, take_at};
use crate::mock::hook::{Hook, Scene};
use crate::mock::targets::{FieldTarget, Targets};

catalogue! {
    /// A required field is missing from every record.
    "required-field-missing": fitting::has_required => Always Hook::Record(drop_required);
    /// A required field is missing from one record on a late page.
    "required-field-missing-deep": fitting::has_required => Deep Hook::Record(drop_required);
    /// A required field is missing when one record is read.
    "required-field-missing-on-get": |c| fitting::has_required(c) && fitting::reads(c) => Reads Hook::Record(drop_required);
    /// A required field is missing from the records of lists.
    "required-field-missing-on-list": |c| fitting::has_required(c) && fitting::lists(c) => Lists Hook::Record(drop_required);
    /// A required field is missing in every twentieth answer.
    "required-field-missing-now-and-then": fitting::has_required => Twentieth Hook::Record(drop_required);
    /// A required field is missing from the records of the second tenant.
    "required-field-missing-for-one-tenant": |c| fitting::has_required(c) && fitting::tenancy(c) => SecondTenant Hook::Record(drop_required);
    /// A required field is missing from records that were filtered for.
    "required-field-missing-under-filter": |c| fitting::has_required(c) && fitting::filter(c) => Filtered Hook::Record(drop_required);
    /// A required field is null in every record.
    "required-field-null": fitting::has_required => Always Hook::Record(null_required);
    /// A required field is null in one record on a late page.
    "required-field-null-deep": fitting::has_required => Deep Hook::Record(null_required);
    /// A required field is null when one record is read.
    "required-field-null-on-get": |c| fitting::has_required(c) && fitting::reads(c) => Reads Hook::Record(null_required);
    /// The key of one record on a late page is missing.
    "key-missing-deep": |c| fitting::lists(c) && fitting::requires_key(c) => Deep Hook::Record(drop_key);
    /// A text is a number in every record.
    "wrong-type": fitting::has_text => Always Hook::Record(number_for_text);
    /// A text is a number in one record on a late page.
    "wrong-type-deep": fitting::has_text => Deep Hook::Record(number_for_text);
    /// A text is a number when one record is read.
    "wrong-type-on-get": |c| fitting::has_text(c) && fitting::reads(c) => Reads Hook::Record(number_for_text);
    /// A text is a number in the records of one page size, the largest.
    "wrong-type-at-largest-size": |c| fitting::has_text(c) && fitting::limited(c) => AtMaximum Hook::Record(number_for_text);
    /// An optional field has another type in one record on a late page.
    "optional-field-wrong-type-deep": has_optional => Deep Hook::Record(spoil_optional);
    /// An optional field has another type when one record is read.
    "optional-field-wrong-type-on-get": |c| has_optional(c) && fitting::reads(c) => Reads Hook::Record(spoil_optional);
    /// A field of an object inside one record is missing.
    "nested-field-missing-deep": has_nested => Deep Hook::Record(drop_nested);
    /// An enumerated field has a value that nobody knows, in every record.
    "unknown-enum-value": fitting::has_choice => Always Hook::Record(unknown_choice);
    /// An enumerated field has a value that nobody knows, in one record on a late page.
    "unknown-enum-value-deep": fitting::has_choice => Deep Hook::Record(unknown_choice);
    /// A field whose known values are listed has another one.
    "unlisted-value": has_known => Always Hook::Record(unlisted); tolerated;
    /// Records have a field that nobody documents.
    "undocumented-field": fitting::any => Always Hook::Record(extra); tolerated;
    /// An enumerated field is written in capitals when one record is read.
    "enum-in-capitals-on-get": |c| fitting::has_choice(c) && fitting::reads(c) => Reads Hook::Record(shout_choice);
    /// A whole number has a fraction in every record.
    "fractional-count": fitting::has_whole => Always Hook::Record(fraction);
    /// A whole number has a fraction in one record on a late page.
    "fractional-count-deep": fitting::has_whole => Deep Hook::Record(fraction);
    /// A whole number is sent as text.
    "number-as-text": fitting::has_whole => Always Hook::Record(number_as_text);
    /// A number lies below its minimum in one record on a late page.
    "number-below-minimum-deep": has_minimum => Deep Hook::Record(below_minimum);
    /// An instant is no instant in every record.
    "broken-date-time": fitting::has_instant => Always Hook::Record(break_instant);
    /// An instant is no instant in one record on a late page.
    "broken-date-time-deep": fitting::has_instant => Deep Hook::Record(break_instant);
    /// An instant is sent without offset.
    "date-time-without-offset": fitting::has_instant => Always Hook::Record(drop_offset);
    /// An instant is sent as a number of seconds.
    "date-time-as-number": fitting::has_instant => Always Hook::Record(epoch);
    /// A text breaks its pattern in one record on a late page.
    "pattern-broken-deep": has_pattern => Deep Hook::Record(break_pattern);
    /// A required field comes under another name, in the other style of writing names.
    "renamed-field": fitting::has_required => Always Hook::Record(rename);
    /// A required field comes under another name in lists only.
    "renamed-field-on-list": |c| fitting::has_required(c) && fitting::lists(c) => Lists Hook::Record(rename);
    /// A list of texts holds a number in one record on a late page.
    "item-wrong-type-deep": has_texts => Deep Hook::Record(number_among_texts);
    /// A list that must not repeat itself does, in one record on a late page.
    "item-repeated-deep": has_unique => Deep Hook::Record(repeat_item);
}

fn aim<'a>(scene: &'a Scene<'_>, fits: impl Fn(&FieldTarget) -> bool) -> Option<&'a FieldTarget> {
    scene.targets.field(fits)
}

/// Changes a field if the record has it and it is not null.
fn change(record: &mut Value, target: Option<&FieldTarget>, with: impl Fn(&Value) -> Value) {
    let Some(target) = target else { return };
    if let Some(old) = record.pointer(&target.pointer).filter(|old| !old.is_null()) {
        let new = with(old);
        set_at(record, &target.pointer, new);
    }
}

fn drop_required(scene: &Scene<'_>, record: &mut Value) {
    if let Some(target) = scene.targets.required() {
        take_at(record, &target.pointer);
    }
}

fn null_required(scene: &Scene<'_>, record: &mut Value) {
    change(record, scene.targets.required(), |_| Value::Null);
}

fn drop_key(scene: &Scene<'_>, record: &mut Value) {
    take_at(record, &scene.targets.key);
}

fn number_for_text(scene: &Scene<'_>, record: &mut Value) {
    change(record, scene.targets.text(), |_| json!(7));
}

fn is_optional(field: &FieldTarget) -> bool {
    field.is_top() && !field.required && matches!(field.kind(), "string" | "array" | "boolean" | "object")
}

fn has_optional(contract: &Contract) -> bool {
    Targets::of(contract).field(is_optional).is_some()
}

fn spoil_optional(scene: &Scene<'_>, record: &mut Value) {
    change(record, aim(scene, is_optional), |_| json!(7));
}

fn is_nested(field: &FieldTarget) -> bool {
    !field.is_top() && field.required
}

fn has_nested(contract: &Contract) -> bool {
    Targets::of(contract).field(is_nested).is_some()
}

fn drop_nested(scene: &Scene<'_>, record: &mut Value) {
    if let Some(target) = aim(scene, is_nested) {
        take_at(record, &target.pointer);
    }
}

fn is_known(field: &FieldTarget) -> bool {
    field.schema.get("x-known-values").is_some() && field.schema.get("pattern").is_none()
}

fn has_known(contract: &Contract) -> bool {
    Targets::of(contract).field(is_known).is_some()
}

fn unlisted(scene: &Scene<'_>, record: &mut Value) {
    change(record, aim(scene, is_known), |_| json!("MYSTERY"));
}

fn extra(_: &Scene<'_>, record: &mut Value) {
    set_at(record, "/x_undocumented", json!("what is this?"));
}

fn unknown_choice(scene: &Scene<'_>, record: &mut Value) {
    change(record, scene.targets.choice(), |_| json!("mystery"));
}

fn shout_choice(scene: &Scene<'_>, record: &mut Value) {
    change(record, scene.targets.choice(), |old| {
        let text = old.as_str().unwrap_or_default();
        json!(if text.to_uppercase() == text { text.to_lowercase() } else { text.to_uppercase() })
    });
}

fn fraction(scene: &Scene<'_>, record: &mut Value) {
    change(record, scene.targets.whole(), |old| json!(old.as_f64().unwrap_or(0.0) + 0.5));
}

fn number_as_text(scene: &Scene<'_>, record: &mut Value) {
    change(record, scene.targets.whole(), |old| json!(old.to_string()));
}

fn minimum(field: &FieldTarget) -> Option<f64> {
    field.schema.get("minimum").and_then(Value::as_f64)
}

fn has_minimum(contract: &Contract) -> bool {
    Targets::of(contract).field(|field| minimum(field).is_some()).is_some()
}

fn below_minimum(scene: &Scene<'_>, record: &mut Value) {
    let target = aim(scene, |field| minimum(field).is_some());
    let low = target.and_then(minimum).unwrap_or(0.0);
    change(record, target, |_| crate::mock::hint::plain_number(low.floor() - 1.0));
}

fn break_instant(scene: &Scene<'_>, record: &mut Value) {
    change(record, scene.targets.instant(), |_| json!("2024-02-30T25:00:00Z"));
}

fn drop_offset(scene: &Scene<'_>, record: &mut Value) {
    change(record, scene.targets.instant(), |old| json!(old.as_str().unwrap_or_default().trim_end_matches('Z')));
}

fn epoch(scene: &Scene<'_>, record: &mut Value) {
    change(record, scene.targets.instant(), |_| json!(1_704_096_000));
}

fn is_patterned(targets: &Targets, field: &FieldTarget) -> bool {
    field.schema.get("pattern").is_some() && targets.tenant.as_ref() != Some(&field.pointer)
}

fn has_pattern(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    targets.field(|field| is_patterned(&targets, field)).is_some()
}

fn break_pattern(scene: &Scene<'_>, record: &mut Value) {
    change(record, aim(scene, |field| is_patterned(scene.targets, field)), |_| json!("~ not it ~"));
}

fn rename(scene: &Scene<'_>, record: &mut Value) {
    let Some(target) = scene.targets.required() else { return };
    let Some(value) = take_at(record, &target.pointer) else { return };
    let name = target.pointer.trim_start_matches('/');
    let other: String = if name.contains('_') {
        let mut parts = name.split('_');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| {
            let mut letters = part.chars();
            let head: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            all + &head + letters.as_str()
        })
    } else {
        let snake = |c: char| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.to_string() };
        name.chars().map(snake).collect()
    };
    let other = if other == name { format!("{name}_value") } else { other };
    set_at(record, &format!("/{other}"), value);
}

fn is_texts(field: &FieldTarget) -> bool {
    field.is_top() && field.kind() == "array" && field.schema.pointer("/items/type") == Some(&json!("string"))
}

fn has_texts(contract: &Contract) -> bool {
    Targets::of(contract).field(is_texts).is_some()
}

fn number_among_texts(scene: &Scene<'_>, record: &mut Value) {
    change(record, aim(scene, is_texts), |old| {
        let mut items = old.as_array().cloned().unwrap_or_default();
        items.push(json!(7));
        Value::Array(items)
    });
}

fn is_unique(field: &FieldTarget) -> bool {
    field.is_top() && field.schema.get("uniqueItems") == Some(&Value::Bool(true))
}

fn has_unique(contract: &Contract) -> bool {
    Targets::of(contract).field(is_unique).is_some()
}

fn repeat_item(scene: &Scene<'_>, record: &mut Value) {
    change(record, aim(scene, is_unique), |old| {
        let mut items = old.as_array().cloned().unwrap_or_default();
        items.extend(items.first().cloned());
        Value::Array(items)
    });
}
