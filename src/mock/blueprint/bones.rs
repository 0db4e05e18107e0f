//! What stands around records: envelopes of lists, wrappings of readers, additions, and what may stand where the next page
//! is told.

use serde_json::{Map, Value, json};

use super::{Counts, NextSpot, spots};
use crate::contract::semantics::{Entry, Expand, Lists, Reads, Slot, Spot};
use crate::contract::{Contract, Operation, Schemas};
use crate::document::text_of;
use crate::mock::MockError;
use crate::mock::exchange::set_at;
use crate::mock::form::{Filling, Form, Optionals, Roles};
use crate::mock::inputs::fitting;

/// A page without records: required members that no clause speaks about are made up.
pub(super) fn envelope(contract: &Contract, operation: &Operation, lists: &Lists) -> Result<Value, MockError> {
    if lists.items.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    let Some(schema) = contract.success_schema(operation) else { return Ok(Value::Object(Map::new())) };
    let mut owned: Vec<String> = vec![lists.items.clone()];
    let next = lists.page.next.as_ref().and_then(|next| next.spot.as_ref());
    let in_body = || spots(lists).into_iter().map(|clause| &clause.spot).chain(next);
    let arrays = || entries_of(in_body()).map(|entry| entry.array.clone());
    owned.extend(in_body().filter_map(|spot| spot.pointer().map(str::to_owned)).chain(arrays()));
    let mut body = bones(contract, schema, &owned)?;
    arrays().for_each(|array| set_at(&mut body, &array, Value::Array(Vec::new())));
    set_at(&mut body, &lists.items, Value::Array(Vec::new()));
    Ok(body)
}

fn entries_of<'a>(spots: impl Iterator<Item = &'a Spot>) -> impl Iterator<Item = &'a Entry> {
    spots.filter_map(|spot| match spot {
        Spot::Entry(entry) => Some(entry),
        Spot::Pointer(_) | Spot::Header { .. } => None,
    })
}

/// The entries of arrays that clauses speak about: what tells them from others, and their other required members.
pub(super) fn entries(
    contract: &Contract,
    operation: &Operation,
    lists: &Lists,
) -> Result<Vec<(Entry, Value)>, MockError> {
    let next = lists.page.next.as_ref().and_then(|next| next.spot.as_ref());
    let mut found = Vec::new();
    for entry in entries_of(spots(lists).into_iter().map(|clause| &clause.spot).chain(next)) {
        let schema = contract.field_pointer(operation, &format!("{}/0", entry.array));
        let owned: Vec<String> = entry.marks().map(|(at, _)| at).chain([entry.member.clone()]).collect();
        let mut made = schema.map_or_else(|| Ok(Value::Null), |schema| bones(contract, &schema, &owned))?;
        entry.marks().for_each(|(at, value)| set_at(&mut made, &at, value.clone()));
        found.push((entry.clone(), made));
    }
    Ok(found)
}

/// What stands around each record of a list: required members beside it are made up.
pub(super) fn around_record(contract: &Contract, operation: &Operation, lists: &Lists) -> Result<Value, MockError> {
    let schema = contract.field_pointer(operation, &format!("{}/0", lists.items));
    let mut item =
        schema.map_or_else(|| Ok(Value::Null), |schema| bones(contract, &schema, std::slice::from_ref(&lists.item)))?;
    set_at(&mut item, &lists.item, Value::Null);
    Ok(item)
}

/// What stands around a record that is read: required members beside it are made up; null where nothing does.
pub(super) fn wrapping(contract: &Contract, operation: &Operation, reads: &Reads) -> Result<Value, MockError> {
    match contract.success_schema(operation) {
        Some(schema) if !reads.item.is_empty() => bones(contract, schema, std::slice::from_ref(&reads.item)),
        _ => Ok(Value::Null),
    }
}

/// What an expansion adds that names no resource and is no record of the operation's own either: its schema, filled in.
pub(super) fn addition(
    contract: &Contract,
    operation: &Operation,
    expand: &Expand,
) -> Result<Option<Value>, MockError> {
    let item = match (&operation.clause.lists, &operation.clause.reads) {
        (Some(lists), _) => lists.place(0),
        (None, Some(reads)) => reads.item.clone(),
        (None, None) => return Ok(None),
    };
    let Some(pointer) = contract.field_pointer(operation, &format!("{item}{}", expand.adds)) else { return Ok(None) };
    if expand.resource.is_some() {
        return Ok(None);
    }
    let form = Form::read(contract, &pointer, Roles { key: "/", tenant: "/" })
        .map_err(|(pointer, message)| MockError::hint(contract, &pointer, message))?;
    Ok(Some(form.plain(&nobody())))
}

/// For nobody in particular: what stands around records.
fn nobody() -> Filling<'static> {
    Filling {
        hash: 0,
        i: 0,
        n: 1,
        tenant: "",
        keys: std::rc::Rc::default(),
        optionals: Optionals::None,
        style: 0,
        until: None,
    }
}

/// The required members of a body, and those at the pointers of `owned`, which stay empty.
fn bones(contract: &Contract, schema: &str, owned: &[String]) -> Result<Value, MockError> {
    let form = Form::read(contract, schema, Roles { key: "/", tenant: "/" })
        .map_err(|(pointer, message)| MockError::hint(contract, &pointer, message))?;
    let mut body = Value::Object(Map::new());
    skeleton(&form, "", owned, &nobody(), &mut body);
    Ok(body)
}

fn skeleton(form: &Form, at: &str, owned: &[String], filling: &Filling<'_>, body: &mut Value) {
    if let Some(item) = form.item() {
        return row_of_bones(item, at, owned, filling, body);
    }
    for (name, required, inner) in form.fields() {
        let pointer = format!("{at}/{}", crate::document::escape(name));
        bone(inner, &pointer, required, owned, filling, body);
    }
}

/// An array on the way to what is owned: `/rows/0` makes it as long as it has to be.
fn row_of_bones(item: &Form, at: &str, owned: &[String], filling: &Filling<'_>, body: &mut Value) {
    let inside = format!("{at}/");
    let index = |spot: &String| spot.strip_prefix(&inside)?.split('/').next()?.parse::<usize>().ok();
    let Some(last) = owned.iter().filter_map(index).max() else { return };
    set_at(body, at, Value::Array(vec![Value::Null; last + 1]));
    for index in 0..=last {
        bone(item, &format!("{at}/{index}"), true, owned, filling, body);
    }
}

fn bone(form: &Form, pointer: &str, required: bool, owned: &[String], filling: &Filling<'_>, body: &mut Value) {
    let inside = format!("{pointer}/");
    if owned.iter().any(|spot| spot == pointer) {
        set_at(body, pointer, Value::Null);
    } else if owned.iter().any(|spot| spot.starts_with(&inside)) {
        skeleton(form, pointer, owned, filling, body);
    } else if required {
        set_at(body, pointer, form.plain(filling));
    }
}

/// What the spot of the next page takes.
pub(super) fn next_spot(contract: &Contract, schemas: &Schemas, operation: &Operation, lists: &Lists) -> NextSpot {
    let Some(next) = &lists.page.next else { return NextSpot::default() };
    let by_parameter = || {
        let parameter = next.slot.as_ref().and_then(|slot| operation.parameter(slot));
        let takes = |text: &str| -> Option<bool> {
            let parameter = parameter?;
            let checker = schemas.checker(&format!("{}/schema", parameter.pointer)).ok()?;
            Some(fitting(parameter, Some(&checker), &[Value::from(text)]).1)
        };
        match (takes(WORD), takes(COUNT)) {
            (Some(false), Some(true)) => Counts::WhereSent,
            _ => Counts::Nowhere,
        }
    };
    let spot = match next.spot.as_ref() {
        Some(Spot::Pointer(pointer)) => Some(pointer.clone()),
        Some(Spot::Entry(entry)) => Some(format!("{}/0{}", entry.array, entry.member)),
        Some(Spot::Header { .. }) | None => None,
    };
    let Some(spot) = spot.as_deref() else {
        return NextSpot {
            counts: by_parameter(),
            start: first_token(contract, operation, lists),
            ..NextSpot::default()
        };
    };
    let pointer = contract.field_pointer(operation, spot);
    let checker = pointer.as_ref().and_then(|pointer| schemas.checker(pointer).ok());
    let takes = |value: &Value| checker.as_ref().is_none_or(|checker| checker.is_valid(value));
    let end = nothing_at(contract, schemas, operation, spot, Value::from(""));
    let counts = if takes(&json!(WORD)) || !takes(&json!(1_000)) { by_parameter() } else { Counts::Everywhere };
    let absolute = !takes(&json!("/list?page=2")) && takes(&json!("http://127.0.0.1:80/list?page=2"));
    NextSpot { end, absolute, counts, start: first_token(contract, operation, lists) }
}

/// What stands in a spot where there is nothing to say: null, nothing, or else what is given.
pub(super) fn nothing_at(
    contract: &Contract,
    schemas: &Schemas,
    operation: &Operation,
    spot: &str,
    otherwise: Value,
) -> Option<Value> {
    let checker = schemas.checker(&contract.field_pointer(operation, spot)?).ok();
    match (checker.is_some_and(|checker| checker.is_valid(&Value::Null)), is_required(contract, operation, spot)) {
        (true, _) => Some(Value::Null),
        (false, true) => Some(otherwise),
        (false, false) => None,
    }
}

/// What the document names for a token that is never left out: it cannot but mean the first page.
fn first_token(contract: &Contract, operation: &Operation, lists: &Lists) -> Option<String> {
    let slot = lists.page.next.as_ref()?.slot.as_ref()?;
    if let Slot::Body(pointer) = slot {
        let mut at = contract.resolve(&operation.body.as_ref()?.schema).0;
        for segment in pointer.split('/').skip(1) {
            at = contract.resolve(&format!("{at}/properties/{segment}")).0;
        }
        return contract.document.at(&at)?.get("default").filter(|value| !value.is_null()).map(text_of);
    }
    let parameter = operation.parameter(slot)?;
    let standing = operation.standing(parameter).filter(|known| parameter.required || !known.is_example)?;
    Some(text_of(&standing.value))
}

/// Tokens that are tried on a schema: text, and a number as it is written in an address.
const WORD: &str = "WyIxMjMiLCJhYmMiXQ";
const COUNT: &str = "1000";

/// Whether a member of the body of success has to be there.
pub(crate) fn is_required(contract: &Contract, operation: &Operation, spot: &str) -> bool {
    let Some((parent, name)) = spot.rsplit_once('/') else { return false };
    let body = contract.success_schema(operation).and_then(|schema| contract.shapes.find(&contract.resolve(schema).0));
    body.and_then(|body| contract.shapes.at(body, parent)).is_some_and(|shape| {
        contract.shapes.with_parts(shape).iter().any(|part| part.required.iter().any(|known| known == name))
    })
}
