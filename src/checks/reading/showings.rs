//! How two showings of one record compare.

use serde_json::Value;

use super::Reader;
use crate::contract::semantics::Resource;
use crate::contract::{Contract, ShapeId};
use crate::document::{escape, unescape};
use crate::study::row::fingerprint;

/// The shape that both showings of a record have in the document.
pub(crate) fn record_shape(contract: &Contract, reader: &Reader<'_>) -> Option<ShapeId> {
    let schema = contract.success_schema(reader.operation)?;
    let body = contract.shapes.find(&contract.resolve(schema).0)?;
    contract.shapes.at(body, &reader.reads.item)
}

/// Pointers to declared members in which two showings of a record differ. Only members that both show are compared; members
/// that nobody declared may say anything. `leave_out` are pointers that are not compared.
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
        (Value::Number(one), Value::Number(two)) => {
            one == two || one.as_f64().zip(two.as_f64()).is_some_and(|(one, two)| one.total_cmp(&two).is_eq())
        }
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
        Some(Value::Object(_)) => "an object".to_owned(),
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
