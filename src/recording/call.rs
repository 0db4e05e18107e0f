//! From what crossed the wire back to a call: which value stands in which place of the contract.

use serde_json::Value;

use crate::contract::semantics::Slot;
use crate::contract::{Contract, Location, Operation, Parameter, Scheme};
use crate::document::text_of;
use crate::mask::names_credential;

/// A request in the words of the contract.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) values: Vec<(Slot, Value)>,
    /// Values that are no part of a question that the contract knows.
    pub(super) extras: Vec<(String, String)>,
    pub(super) tenant: Option<String>,
    /// Whether something is missing that the contract requires.
    pub(super) incomplete: bool,
}

/// A request as it was recorded.
pub(super) struct Wire<'a> {
    pub(super) path: &'a [(String, String)],
    pub(super) query: &'a [(String, String)],
    pub(super) headers: &'a [(String, String)],
    pub(super) body: Option<&'a Value>,
}

/// Reads a request of an operation.
pub(super) fn parts(contract: &Contract, operation: &Operation, wire: &Wire<'_>) -> Parts {
    let mut parts = Parts::default();
    let known = operation.clause.slots();
    let tenant = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    for parameter in &operation.parameters {
        let Some(slot) = parameter.slot() else { continue };
        let Some(value) = declared(contract, parameter, wire) else {
            parts.incomplete |= parameter.required && !is_sent_by_access(contract, &parameter.name);
            continue;
        };
        if tenant.is_some_and(|tenant| parameter.is(tenant)) {
            parts.tenant = Some(text_of(&value));
        } else if known.contains(&&slot) || parameter.location == Location::Path {
            parts.values.push((slot, value));
        } else if parameter.schema.get("default") != Some(&value) {
            parts.extras.push((parameter.name.clone(), text_of(&value)));
            parts.values.push((slot, value));
        }
    }
    for (name, value) in wire.query {
        let slot = Slot::Query(name.clone());
        if operation.parameter(&slot).is_none() && !is_sent_by_access(contract, name) {
            parts.extras.push((name.clone(), value.clone()));
            parts.values.push((slot, Value::String(value.clone())));
        }
    }
    match wire.body {
        Some(body) => body_values(contract, operation, &known, body, &mut parts),
        None => parts.incomplete |= operation.body.as_ref().is_some_and(|body| body.required),
    }
    parts.extras.sort();
    parts
}

/// Whether a name belongs to a credential and not to the question.
fn is_sent_by_access(contract: &Contract, name: &str) -> bool {
    let by_scheme = contract.schemes.values().any(|scheme| match scheme {
        Scheme::HeaderKey(key) | Scheme::QueryKey(key) => key.eq_ignore_ascii_case(name),
        _ => false,
    });
    by_scheme || name.eq_ignore_ascii_case("authorization") || (names_credential(name) && name.contains('-'))
}

fn declared(contract: &Contract, parameter: &Parameter, wire: &Wire<'_>) -> Option<Value> {
    let find = |pairs: &[(String, String)]| {
        pairs.iter().find(|(name, _)| *name == parameter.name).map(|(_, text)| parameter.meant_by(&[text]))
    };
    match parameter.location {
        Location::Path => find(wire.path),
        Location::Query => {
            let all = wire.query.iter().filter(|(name, _)| *name == parameter.name);
            let texts: Vec<&str> = all.map(|(_, text)| text.as_str()).collect();
            (!texts.is_empty()).then(|| parameter.meant_by(&texts))
        }
        Location::Header if is_sent_by_access(contract, &parameter.name) => None,
        Location::Header => {
            let mut named = wire.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&parameter.name));
            named.next().map(|(_, text)| parameter.meant_by(&[text]))
        }
        Location::Cookie => None,
    }
}

/// The values of a JSON body: those in known places, and what is left.
fn body_values(contract: &Contract, operation: &Operation, known: &[&Slot], body: &Value, parts: &mut Parts) {
    let mut rest = body.clone();
    for &slot in known {
        let Slot::Body(pointer) = slot else { continue };
        if parts.values.iter().any(|(taken, _)| taken == slot) {
            continue;
        }
        if let Some(list) = pointer.strip_suffix("/-") {
            for item in body.pointer(list).and_then(Value::as_array).into_iter().flatten() {
                parts.values.push((slot.clone(), item.clone()));
            }
            crate::study::row::remove(&mut rest, list);
        } else if let Some(value) = body.pointer(pointer) {
            if !value.is_null() {
                parts.values.push((slot.clone(), value.clone()));
            }
            crate::study::row::remove(&mut rest, pointer);
        }
    }
    let schema = operation.body.as_ref().map(|body| body.schema.as_str()).unwrap_or_default();
    let mut leaves = Vec::new();
    flatten(&rest, "", 0, &mut leaves);
    for (pointer, value) in leaves {
        if default_of(contract, schema, &pointer).as_ref() != Some(&value) {
            parts.extras.push((pointer.clone(), value.to_string()));
            parts.values.push((Slot::Body(pointer), value));
        }
    }
}

fn flatten(value: &Value, at: &str, depth: usize, leaves: &mut Vec<(String, Value)>) {
    match value {
        Value::Null => {}
        Value::Object(members) if depth < 16 => {
            for (name, member) in members {
                flatten(member, &format!("{at}/{}", crate::document::escape(name)), depth + 1, leaves);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        other => leaves.push((at.to_owned(), other.clone())),
    }
}

/// The default that the schema of a body declares for a member.
fn default_of(contract: &Contract, schema: &str, pointer: &str) -> Option<Value> {
    let mut at = schema.to_owned();
    for segment in pointer.split('/').skip(1) {
        at = format!("{}/properties/{segment}", contract.resolve(&at).0);
    }
    contract.resolve(&at).1.get("default").cloned()
}
