//! How two showings of one record compare.

use serde_json::Value;

use super::Reader;
use crate::contract::fingerprint;
use crate::contract::semantics::Resource;
use crate::contract::{Contract, ShapeId};
use crate::document::{escape, unescape};

/// The shape that both showings of a record have in the document.
pub(crate) fn record_shape(contract: &Contract, reader: &Reader<'_>) -> Option<ShapeId> {
    let schema = contract.success_schema(reader.operation)?;
    let body = contract.shapes.find(&contract.resolve(schema).0)?;
    contract.shapes.at(body, &reader.reads.item)
}

/// Pointers to declared members in which two showings of a record differ. Only members that both show are compared, but for
/// the keys of free maps; members that nobody declared may say anything. `leave_out` are pointers that are not compared.
pub(crate) fn differences(
    contract: &Contract,
    shape: Option<ShapeId>,
    one: &Value,
    two: &Value,
    leave_out: &[String],
) -> Vec<String> {
    let mut found = Vec::new();
    differ(contract, shape, (one, two), String::new(), leave_out, &mut found);
    found
}

fn differ(
    contract: &Contract,
    shape: Option<ShapeId>,
    (one, two): (&Value, &Value),
    at: String,
    leave_out: &[String],
    found: &mut Vec<String>,
) {
    if leave_out.contains(&at) || found.len() > 20 {
        return;
    }
    match (one, two) {
        (Value::Object(ones), Value::Object(twos)) => {
            let shapes = shape.map(|shape| contract.shapes.with_parts(shape)).unwrap_or_default();
            // Of a map that declares no member, both must show the same ones: none of them is left out for brevity.
            let map =
                shapes.iter().all(|shape| shape.members.is_empty()) && shapes.iter().any(|shape| shape.open.is_some());
            if map && !at.is_empty() && (ones.len() != twos.len() || ones.keys().any(|name| !twos.contains_key(name))) {
                found.push(at);
                return;
            }
            for (name, one) in ones {
                let Some(two) = twos.get(name) else { continue };
                let inner = shapes.iter().find_map(|shape| shape.members.get(name).copied());
                let open = shapes.is_empty() || shapes.iter().any(|shape| shape.open.is_some());
                if inner.is_some() || (open && !at.is_empty()) || shape.is_none() {
                    differ(contract, inner, (one, two), format!("{at}/{}", escape(name)), leave_out, found);
                }
            }
        }
        _ if alike(one, two) => {}
        _ => found.push(at),
    }
}

/// Whether two values say the same: numbers however written, instants however written, lists in any order.
fn alike(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(_), Value::Number(_)) => fingerprint(one) == fingerprint(two),
        (Value::String(one), Value::String(two)) => {
            let moments = || crate::contract::instant(one).zip(crate::contract::instant(two));
            one == two || moments().is_some_and(|(one, two)| one.total_cmp(&two).is_eq())
        }
        (Value::Array(ones), Value::Array(twos)) => {
            let sorted = |items: &[Value]| {
                let mut prints: Vec<u64> = items.iter().map(fingerprint).collect();
                prints.sort_unstable();
                prints
            };
            ones.len() == twos.len()
                && (ones.iter().zip(twos).all(|(one, two)| alike(one, two)) || sorted(ones) == sorted(twos))
        }
        (Value::Object(ones), Value::Object(twos)) => {
            ones.iter().all(|(name, one)| twos.get(name).is_none_or(|two| alike(one, two)))
        }
        _ => one == two,
    }
}

/// Whether two showings are of the same state of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The version is the same.
    Same,
    /// The version differs: the record was changed in between.
    Changed,
    /// One of them shows no version.
    Untold,
    /// The contract names no version.
    Unpromised,
}

/// Compares the versions of two showings.
pub(crate) fn standing(resource: Option<&Resource>, one: &Value, two: &Value) -> Standing {
    let Some(at) = resource.and_then(|resource| resource.version.as_deref()) else { return Standing::Unpromised };
    match (one.pointer(at), two.pointer(at)) {
        (Some(Value::Null) | None, _) | (_, Some(Value::Null) | None) => Standing::Untold,
        (Some(one), Some(two)) if alike(one, two) => Standing::Same,
        _ => Standing::Changed,
    }
}

/// Seconds within which a run sees all the changes that it can see.
const WHILE: f64 = 3600.0;
/// Pairs from which on versions that differ can tell something.
const PAIRS: usize = 3;

/// The later version of two showings, where both are instants.
pub(crate) fn later_version(resource: &Resource, one: &Value, two: &Value) -> Option<f64> {
    let at = resource.version.as_deref()?;
    let version = |record: &Value| crate::contract::instant(record.pointer(at)?.as_str()?);
    Some(version(one)?.max(version(two)?))
}

/// Whether versions that differ tell of changes made meanwhile. Such changes are recent: their versions lie close together,
/// whatever the clocks say. Where most of all `pairs` differ and the `later` versions lie far apart, nothing was changed;
/// then one side shows the version wrongly.
pub(crate) fn is_movement(pairs: usize, later: &[f64]) -> bool {
    if later.len() < PAIRS || later.len() * 2 < pairs {
        return true;
    }
    let near = |from: &f64| later.iter().filter(|other| (*from..=*from + WHILE).contains(other)).count();
    later.iter().map(near).max().unwrap_or_default() * 2 > later.len()
}

/// Pointers that are never compared: additions of any operation.
pub(crate) fn additions(contract: &Contract) -> Vec<String> {
    contract
        .operations
        .iter()
        .flat_map(|operation| &operation.clause.expands)
        .map(|expand| expand.adds.clone())
        .collect()
}

/// Words for the kinds of values at a pointer of two showings.
pub(crate) fn shapes_at(one: &Value, two: &Value, at: &str) -> (String, String) {
    let shape = |value: Option<&Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Bool(_)) => "a boolean".to_owned(),
        Some(Value::Number(_)) => "a number".to_owned(),
        Some(Value::String(text)) => format!("a string of {} characters", text.chars().count()),
        Some(Value::Array(items)) => format!("an array of {} items", items.len()),
        Some(Value::Object(members)) => format!("an object with {} members", members.len()),
    };
    (shape(one.pointer(at)), shape(two.pointer(at)))
}

/// Values at a pointer of two showings, for readers who ask to see them.
pub(crate) fn shown_at(one: &Value, two: &Value, at: &str) -> String {
    let text = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    format!("{} / {}", text(one.pointer(at)), text(two.pointer(at)))
}

/// Name of a field for titles: its pointer without the leading slash.
pub(crate) fn field_words(pointer: &str) -> String {
    unescape(pointer.trim_start_matches('/')).replace('/', ".")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::checks::reading::readers;
    use crate::study::{Means, Study};

    fn study() -> Study {
        Study::new(Arc::new(Contract::shipped("flexportal").expect("is shipped")), Means::default())
    }

    #[test]
    fn showings_are_compared_by_meaning_and_by_what_both_show() {
        let study = study();
        let reader = readers(&study).next().expect("a reader");
        let shape = record_shape(&study.contract, &reader);
        let one = json!({"status": "active", "totalOrders": 1, "createdAt": "2024-01-01T02:00:00+02:00",
            "orderIds": ["a", "b"], "phone": "1", "x-served-by": 1});
        let two = json!({"totalOrders": 1.0, "status": "inactive", "createdAt": "2024-01-01T00:00:00.000Z",
            "orderIds": ["b", "a"], "x-served-by": 2});
        assert_eq!(differences(&study.contract, shape, &one, &two, &[]), ["/status"]);
        assert!(differences(&study.contract, shape, &one, &two, &["/status".to_owned()]).is_empty());
    }

    #[test]
    fn free_maps_are_compared_by_their_keys() {
        let study = Study::new(Arc::new(Contract::shipped("flexprice").expect("is shipped")), Means::default());
        let reader = readers(&study).next().expect("a reader");
        let shape = record_shape(&study.contract, &reader);
        let differ = |one: Value, two: Value| differences(&study.contract, shape, &one, &two, &[]);
        let map = |map: Value| json!({"id": "c", "metadata": map});
        assert_eq!(differ(map(json!({"a": "1", "b": "2"})), map(json!({"a": "1"}))), ["/metadata"]);
        assert_eq!(differ(map(json!({"a": "1"})), map(json!({"b": "1"}))), ["/metadata"]);
        assert_eq!(differ(map(json!({})), map(json!(null))), ["/metadata"]);
        assert!(differ(map(json!({"a": "1", "b": "2"})), map(json!({"b": "2", "a": "1"}))).is_empty());
        assert!(differ(map(json!({"a": "1"})), json!({"id": "c", "name": "x"})).is_empty());
    }

    #[test]
    fn changes_made_meanwhile_are_recent() {
        let day = 86_400.0;
        assert!(is_movement(4, &[1e9, 1e9 + 2.0, 1e9 + 5.0, 1e9 + 60.0]), "all within the run");
        assert!(is_movement(20, &[1e9, 1e9 + day, 1e9 + 2.0 * day]), "few of the pairs differ");
        assert!(is_movement(2, &[1e9, 1e9 + day]), "too few to tell");
        assert!(!is_movement(5, &[1e9, 1e9 + day, 1e9 + 2.0 * day, 1e9 + 9.0 * day]));
    }

    #[test]
    fn versions_tell_a_change_from_a_difference() {
        let study = study();
        let resource = study.contract.resource("customer");
        let at = |moment: &str| json!({ "updatedAt": moment });
        let (noon, also_noon) = (at("2024-01-01T12:00:00Z"), at("2024-01-01T13:00:00+01:00"));
        assert_eq!(standing(resource, &noon, &also_noon), Standing::Same);
        assert_eq!(standing(resource, &noon, &at("2024-01-01T12:00:01Z")), Standing::Changed);
        assert_eq!(standing(resource, &noon, &json!({})), Standing::Untold);
    }
}
