//! Readers that show something else than the list, or than was asked for.

use serde_json::{Value, json};

use super::catalogue;
use super::fitting;
use crate::contract::Contract;
use crate::mock::ask::Refused;
use crate::mock::exchange::{Answer, Incoming, Inputs, set_at, take_at};
use crate::mock::hint::instant_text;
use crate::mock::hook::{Hook, Neglect, Scene};
use crate::mock::targets::{FieldTarget, Targets, first_list};

catalogue! {
    /// A record read by its key differs from the same record in the list.
    "get-differs-from-list": |c| fitting::both(c) && fitting::has_text(c) => Reads Hook::Record(alter);
    /// One record differs between list and reader.
    "get-differs-from-list-deep": |c| fitting::both(c) && fitting::has_text(c) => Deep Hook::Record(alter_listed); thorough;
    /// A number of a record differs between list and reader.
    "number-differs-from-list": |c| fitting::both(c) && fitting::has_steady_whole(c) => Reads Hook::Record(add_one);
    /// A reader shows another record than the one that was asked for.
    "get-returns-another-record": fitting::reads => Reads Hook::Record(another);
    /// A reader shows another record instead of one certain record.
    "get-returns-another-record-deep": fitting::both => Deep Hook::Record(another_read); thorough;
    /// A record is shown under a new key each time it is read.
    "get-changes-key": fitting::reads => Reads Hook::Record(change_key);
    /// Looked up by its other key, a record is another one.
    "alias-returns-another-record": fitting::alias => Reads Hook::Record(another_by_alias);
    /// Looked up by its other key, a record differs from the one read by its key.
    "alias-differs": |c| fitting::alias(c) && fitting::has_text(c) => Reads Hook::Record(alter_by_alias);
    /// Looked up by its other key, a record is not found.
    "alias-not-found": fitting::alias => Reads Hook::Exchange(lose_alias);
    /// A record that the list shows cannot be read.
    "listed-record-not-found": fitting::both => Reads Hook::Exchange(lose_deep); thorough;
    /// Keys with characters outside ASCII or reserved ones are taken as they are encoded.
    "path-not-decoded": fitting::both => Always Hook::Neglect(Neglect::Decoding);
    /// Keys that have to be encoded are refused as if the credential were not good for them.
    "special-keys-forbidden": fitting::both => Reads Hook::Exchange(forbid_special);
    /// A key with an encoded slash is cut off at the slash.
    "path-cut-at-slash": fitting::both => Always Hook::Neglect(Neglect::SlashDecoding);
    /// A key that begins like a real one reads that record.
    "key-matched-by-prefix": fitting::both => Always Hook::Neglect(Neglect::KeyEnds);
    /// A key in other letter case reads the record.
    "key-matched-in-any-case": fitting::both => Always Hook::Neglect(Neglect::KeyCase);
    /// What another operation reads by reads the record here as well.
    "key-of-another-kind-matched": |c| fitting::both(c) && fitting::two_readers(c) => Always Hook::Neglect(Neglect::KeyKind);
    /// The second tenant cannot read the records that it lists.
    "listed-record-not-found-for-one-tenant": |c| fitting::both(c) && fitting::tenancy(c) => SecondTenant Hook::Exchange(lose_any);
    /// Every third record that the list shows cannot be read, whatever its key.
    "every-third-record-not-found": fitting::both => Reads Hook::Exchange(lose_third);
    /// Records of one state cannot be read, though the list shows them.
    "listed-records-of-one-state-not-found": |c| fitting::both(c) && has_states(c) => Reads Hook::Exchange(lose_state);
    /// A record that the second tenant reads differs from the same record in its list.
    "get-differs-from-list-for-one-tenant": |c| fitting::both(c) && fitting::tenancy(c) && fitting::has_text(c) => SecondTenant Hook::Record(alter_read);
    /// The second tenant reads another of its records than it asks for.
    "get-returns-another-record-for-one-tenant": |c| fitting::both(c) && fitting::tenancy(c) => SecondTenant Hook::Record(another_read);
    /// Under a filter, a list shows another text for a record than without.
    "record-differs-under-filter": |c| fitting::filter(c) && fitting::has_text(c) => Filtered Hook::Record(alter);
    /// At the largest page size, a list shows another text for a record than at others.
    "record-differs-at-largest-size": |c| fitting::limited(c) && fitting::has_text(c) => AtMaximum Hook::Record(alter);
    /// Of two lists of the same records one shows another text.
    "lists-differ-in-field": |c| fitting::two_lists(c) && fitting::has_text(c) => Lists Hook::Record(alter_in_second);
    /// Under its own key, a reader shows the fields of another record.
    "get-mixes-records": fitting::both => Reads Hook::Record(mix);
    /// A reader shows an old state of a record, with the version of that time.
    "get-shows-old-state": |c| fitting::both(c) && has_version(c) => Reads Hook::Record(grow_old);
    /// An unknown key with a plus sign gets the first record.
    "unknown-special-id-first-record": fitting::both => Reads Hook::Exchange(special_success);
    /// Sorted, a list shows another text for a record than unsorted.
    "record-differs-when-sorted": |c| fitting::firm_sort(c) && fitting::has_text(c) => Sorted Hook::Record(alter);
    /// Keys are decoded twice.
    "path-decoded-twice": fitting::both => Always Hook::Neglect(Neglect::DoubleDecoding);
    /// An optional field of a record is missing when it is read, though the list shows it.
    "get-lacks-optional-field": |c| fitting::both(c) && has_optional(c) => Reads Hook::Record(drop_optional); tolerated;
    /// Read twice, a record differs.
    "repeated-read-differs": |c| fitting::reads(c) && fitting::has_text(c) => Reads Hook::Record(drift);
    /// Read twice, a record is once there and once not.
    "repeated-read-flickers": fitting::reads => Again Hook::Success(flicker);
    /// An unknown key gets an empty success.
    "unknown-id-empty-success": fitting::reads => Reads Hook::Refusal(empty_success);
    /// An unknown key gets the first record.
    "unknown-id-first-record": fitting::both => Reads Hook::Refusal(first_record);
    /// An unknown key gets a server error.
    "unknown-id-server-error": fitting::reads => Reads Hook::Refusal(server_error);
    /// An unknown key gets the status of a bad request.
    "unknown-id-bad-request": fitting::reads => Reads Hook::Refusal(bad_request);
    /// An unknown key is told that the credential is none.
    "unknown-id-unauthorized": unauthorized_is_wrong => Reads Hook::Refusal(unauthorized);
    /// An unknown key gets a null body with success.
    "unknown-id-null": fitting::reads => Reads Hook::Refusal(null_success);
    /// An unknown key gets a record in which every value is empty or zero.
    "unknown-id-blank-record": fitting::both => Reads Hook::Refusal(blank_record);
    /// A hostile key gets a server error.
    "hostile-id-server-error": fitting::reads => Reads Hook::Exchange(hostile);
    /// A hostile key gets the first record.
    "hostile-id-first-record": fitting::both => Reads Hook::Exchange(hostile_success);
    /// A key that is too long gets a server error.
    "long-id-server-error": fitting::reads => Reads Hook::Exchange(long);
}

fn alter(scene: &Scene<'_>, record: &mut Value) {
    let Some(target) = scene.targets.text() else { return };
    if let Some(text) = record.pointer(&target.pointer).and_then(Value::as_str) {
        let text = format!("{text}*");
        set_at(record, &target.pointer, json!(text));
    }
}

fn alter_listed(scene: &Scene<'_>, record: &mut Value) {
    if scene.by.is_empty() {
        alter(scene, record);
    }
}

fn alter_read(scene: &Scene<'_>, record: &mut Value) {
    if scene.ask.is_none() {
        alter(scene, record);
    }
}

fn alter_in_second(scene: &Scene<'_>, record: &mut Value) {
    if first_list(scene.contract).is_some_and(|(_, first, _)| first.id != scene.operation.id) {
        alter(scene, record);
    }
}

fn mix(scene: &Scene<'_>, record: &mut Value) {
    let kept = |pointer: &str| pointer == scene.targets.key || Some(pointer) == scene.targets.tenant.as_deref();
    let mut other = record.clone();
    another(scene, &mut other);
    for target in scene.targets.fields.iter().filter(|field| field.is_top() && !kept(&field.pointer)) {
        let aliased =
            scene.targets.aliases.contains(&target.pointer) || scene.targets.version.as_ref() == Some(&target.pointer);
        if let (Some(value), false) = (other.pointer(&target.pointer), aliased) {
            set_at(record, &target.pointer, value.clone());
        }
    }
}

fn has_version(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    targets.version.is_some() && targets.text().is_some()
}

/// Each record of another day, long ago.
fn grow_old(scene: &Scene<'_>, record: &mut Value) {
    alter(scene, record);
    let table = scene.population.table(scene.resource(), scene.tenant);
    let at = table.iter().position(|row| row.key == scene.key).unwrap_or(0);
    if let Some(version) = scene.targets.version.as_ref().filter(|version| record.pointer(version).is_some()) {
        let old = instant_text(100_000 + 40 * i64::try_from(at).unwrap_or(0));
        set_at(record, version, json!(old));
    }
}

fn add_one(scene: &Scene<'_>, record: &mut Value) {
    let Some(target) = scene.targets.steady_whole() else { return };
    if let Some(number) = record.pointer(&target.pointer).and_then(Value::as_i64) {
        set_at(record, &target.pointer, json!(number + 1));
    }
}

fn another(scene: &Scene<'_>, record: &mut Value) {
    let table = scene.population.table(scene.resource(), scene.tenant);
    if let Some(row) = table.iter().find(|row| row.key != scene.key) {
        *record = row.value.clone();
    }
}

fn another_read(scene: &Scene<'_>, record: &mut Value) {
    if scene.ask.is_none() {
        another(scene, record);
    }
}

fn change_key(scene: &Scene<'_>, record: &mut Value) {
    let changed = match record.pointer(&scene.targets.key) {
        Some(Value::String(key)) => json!(format!("{key}_{}", scene.nth)),
        Some(Value::Number(_)) => json!(1_000_000 + scene.nth),
        _ => return,
    };
    set_at(record, &scene.targets.key, changed);
}

fn by_alias(scene: &Scene<'_>) -> bool {
    !scene.by.is_empty() && scene.by != scene.targets.key
}

fn another_by_alias(scene: &Scene<'_>, record: &mut Value) {
    if by_alias(scene) {
        another(scene, record);
    }
}

fn alter_by_alias(scene: &Scene<'_>, record: &mut Value) {
    if by_alias(scene) {
        alter(scene, record);
    }
}

/// Turns an answer into the one that an unknown key gets.
pub(super) fn not_found(scene: &Scene<'_>, answer: &mut Answer) {
    let refusal = scene.contract.root.refusals.not_found.as_ref();
    let status = refusal.and_then(|refusal| refusal.statuses.first()).copied().unwrap_or(404);
    super::errors::refuse(scene, answer, status);
}

/// The key that a reader was asked for, wherever it takes it.
fn asked_key(scene: &Scene<'_>, inputs: &Inputs) -> Option<String> {
    inputs.text(&scene.operation.clause.reads.as_ref()?.by.first()?.slot)
}

fn lose_alias(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let table = scene.population.table(scene.resource(), scene.tenant);
    let by_key = asked_key(scene, inputs).is_some_and(|value| table.iter().any(|row| row.key == value));
    if answer.status == 200 && !by_key {
        not_found(scene, answer);
    }
}

fn forbid_special(scene: &Scene<'_>, incoming: &Incoming, _: &Inputs, answer: &mut Answer) {
    if answer.status == 200 && incoming.path.contains('%') {
        super::errors::forbid(scene, answer);
    }
}

fn lose_deep(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    if answer.status == 200 && asked_key(scene, inputs).is_some_and(|key| Some(key) == scene.targets.deep) {
        not_found(scene, answer);
    }
}

fn lose_third(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let sum = |value: &str| value.bytes().fold(0_u32, |sum, byte| sum + u32::from(byte));
    if answer.status == 200 && asked_key(scene, inputs).is_some_and(|value| sum(&value) % 3 == 0) {
        not_found(scene, answer);
    }
}

/// The first field whose value is one of a few that the document names.
fn state(targets: &Targets) -> Option<&FieldTarget> {
    // What lists show one value of only has no rare one.
    let shown = |field: &FieldTarget| targets.shown.iter().any(|filter| filter.field.as_ref() == Some(&field.pointer));
    targets.fields.iter().find(|field| field.is_top() && field.is_enum() && !shown(field))
}

fn has_states(contract: &Contract) -> bool {
    state(&Targets::of(contract)).is_some()
}

/// Loses the records whose state is the rarest, of those that have to be found.
fn lose_state(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let Some((field, key)) = state(scene.targets).zip(asked_key(scene, inputs)) else { return };
    let table = scene.population.table(scene.resource(), scene.tenant);
    let gone = scene.operation.clause.reads.as_ref().and_then(|reads| reads.gone.as_ref());
    let mut counts: Vec<(&Value, usize)> = Vec::new();
    for value in table.iter().filter(|row| gone.is_none_or(|gone| !gone.covers(&row.value))) {
        let Some(value) = value.value.pointer(&field.pointer) else { continue };
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    let rarest = counts.iter().min_by_key(|(_, count)| *count).filter(|_| counts.len() > 1);
    let own = |row: &Value, pointer: &str| row.pointer(pointer).map(crate::document::text_of);
    let keys = || std::iter::once(&scene.targets.key).chain(&scene.targets.aliases);
    let asked = table.iter().find(|row| keys().any(|pointer| own(&row.value, pointer).as_ref() == Some(&key)));
    let state = asked.and_then(|row| row.value.pointer(&field.pointer));
    if answer.status == 200 && state.is_some() && state == rarest.map(|(value, _)| *value) {
        not_found(scene, answer);
    }
}

fn lose_any(scene: &Scene<'_>, _: &Incoming, _: &Inputs, answer: &mut Answer) {
    if scene.operation.clause.reads.is_some() && answer.status == 200 {
        not_found(scene, answer);
    }
}

fn is_optional(field: &FieldTarget) -> bool {
    field.is_top() && !field.required
}

fn has_optional(contract: &Contract) -> bool {
    Targets::of(contract).field(is_optional).is_some()
}

fn drop_optional(scene: &Scene<'_>, record: &mut Value) {
    if let Some(target) = scene.targets.field(is_optional) {
        take_at(record, &target.pointer);
    }
}

fn drift(scene: &Scene<'_>, record: &mut Value) {
    let Some(target) = scene.targets.text() else { return };
    if let Some(text) = record.pointer(&target.pointer).and_then(Value::as_str) {
        let text = format!("{text} {}", scene.nth);
        set_at(record, &target.pointer, json!(text));
    }
}

fn flicker(scene: &Scene<'_>, answer: &mut Answer) {
    if scene.operation.clause.reads.is_some() {
        not_found(scene, answer);
    }
}

fn is_unknown(refused: &Refused) -> bool {
    matches!(refused, Refused::NotFound | Refused::Foreign)
}

fn empty_success(_: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if is_unknown(refused) {
        answer.status = 200;
        answer.body = "{}".into();
    }
}

fn null_success(_: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if is_unknown(refused) {
        answer.status = 200;
        answer.body = "null".into();
    }
}

fn first_record(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if *refused == Refused::NotFound
        && let Some(row) = scene.population.table(scene.resource(), scene.tenant).first()
    {
        answer.status = 200;
        answer.body = row.json.as_bytes().to_vec().into();
    }
}

fn blank_record(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if is_unknown(refused) {
        first_record(scene, &Refused::NotFound, answer);
        if let Ok(mut record) = serde_json::from_slice(&answer.body) {
            blank(&mut record);
            answer.body = record.to_string().into_bytes().into();
        }
    }
}

/// As a record comes of which nothing was filled in.
fn blank(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(blank),
        Value::Array(items) => items.clear(),
        Value::String(text) => text.clear(),
        Value::Number(number) => *number = 0.into(),
        Value::Bool(flag) => *flag = false,
        Value::Null => {}
    }
}

fn server_error(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if is_unknown(refused) {
        super::errors::refuse(scene, answer, 500);
    }
}

/// Whether an unknown key must not be refused as a missing credential is.
fn unauthorized_is_wrong(contract: &Contract) -> bool {
    let not_found = contract.root.refusals.not_found.as_ref();
    fitting::reads(contract) && fitting::guarded(contract) && not_found.is_some_and(|refusal| !refusal.accepts(401))
}

fn unauthorized(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if is_unknown(refused) {
        super::errors::refuse(scene, answer, 401);
    }
}

fn bad_request(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if is_unknown(refused) {
        super::errors::refuse_value(scene, answer);
    }
}

fn hostile(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let strange = |value: &str| value.contains(['\'', '"', ';', '<', '\\', '\u{0}']);
    if asked_key(scene, inputs).is_some_and(|value| strange(&value)) {
        super::errors::refuse(scene, answer, 500);
    }
}

fn hostile_success(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let strange = |value: &str| value.contains(['\'', '"', ';', '<', '*']);
    let first = scene.population.table(scene.resource(), scene.tenant).first();
    if let (404, true, Some(row)) =
        (answer.status, asked_key(scene, inputs).is_some_and(|value| strange(&value)), first)
    {
        answer.status = 200;
        answer.body = row.json.as_bytes().to_vec().into();
    }
}

fn special_success(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let special = asked_key(scene, inputs).is_some_and(|value| value.contains('+'));
    let first = scene.population.table(scene.resource(), scene.tenant).first();
    if let (404, true, Some(row)) = (answer.status, special, first) {
        answer.status = 200;
        answer.body = row.json.as_bytes().to_vec().into();
    }
}

fn long(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    if asked_key(scene, inputs).is_some_and(|value| value.chars().count() > 200) {
        super::errors::refuse(scene, answer, 500);
    }
}
