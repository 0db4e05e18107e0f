//! Values of a filter: what the document says of them, and which may be sent.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::contract::semantics::Filter;
use crate::contract::{Contract, Operation, instant};
use crate::document::text_of;

/// A value that no enumeration has.
pub(super) const NO_SUCH_VALUE: &str = "no-such-value";

pub(crate) fn number_value(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be a small whole number")]
    if number.fract() == 0.0 && number.abs() < 9e15 { Value::from(number as i64) } else { Value::from(number) }
}

/// The schema of one value: that of the items where the slot takes an array.
pub(super) fn value_schema(contract: &Contract, operation: &Operation, filter: &Filter) -> Option<Arc<Value>> {
    // A template sends more than the value, so the slot's schema describes something else.
    if filter.template.is_some() {
        return None;
    }
    contract.value_schema(operation, &filter.slot, || {
        let schema = merged(contract, &contract.slot_schema(operation, &filter.slot)?, 0);
        match schema.get("items") {
            Some(items) => Some(merged(contract, items, 0)),
            None => Some(schema),
        }
    })
}

/// A schema with what its reference, the branches of its `allOf` and the one branch of an `anyOf` or `oneOf` that is more
/// than null say of a scalar. Where each of several branches lists its values, the lists are joined.
fn merged(contract: &Contract, schema: &Value, depth: usize) -> Value {
    let mut whole = match schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#')) {
        Some(reference) => contract.resolve(reference).1.clone(),
        None => schema.clone(),
    };
    let branches = whole.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
    if depth < 8
        && let Value::Object(whole) = &mut whole
    {
        for branch in branches {
            join(whole, merged(contract, &branch, depth + 1));
        }
        for choice in ["anyOf", "oneOf"] {
            let branches = whole.get(choice).and_then(Value::as_array).into_iter().flatten();
            let mut told: Vec<Value> = branches
                .map(|branch| merged(contract, branch, depth + 1))
                .filter(|branch| branch.get("type").and_then(Value::as_str) != Some("null"))
                .collect();
            let lists = told.iter().map(|branch| branch.get("enum")?.as_array().cloned());
            match (told.len(), lists.collect::<Option<Vec<_>>>()) {
                (1, _) => join(whole, told.remove(0)),
                (2.., Some(lists)) => join(whole, json!({ "enum": lists.concat() })),
                _ => {}
            }
        }
    }
    whole
}

/// Adds keywords of a branch that a schema does not have itself.
fn join(whole: &mut serde_json::Map<String, Value>, branch: Value) {
    if let Value::Object(branch) = branch {
        branch.into_iter().for_each(|(keyword, value)| {
            whole.entry(keyword).or_insert(value);
        });
    }
}

/// Values of a filter's enumeration.
pub(crate) fn options(contract: &Contract, operation: &Operation, filter: &Filter) -> Vec<Value> {
    let schema = value_schema(contract, operation, filter);
    schema.and_then(|schema| schema.get("enum")?.as_array().cloned()).unwrap_or_default()
}

pub(super) fn is_email_slot(contract: &Contract, operation: &Operation, filter: &Filter) -> bool {
    let schema = value_schema(contract, operation, filter);
    schema.is_some_and(|schema| schema.get("format").and_then(Value::as_str) == Some("email"))
}

/// Whether a text is an address that no server could call malformed.
pub(super) fn is_plain_email(text: &str) -> bool {
    let lawful = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    let Some((local, domain)) = text.split_once('@') else { return false };
    !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !text.contains("..")
        && text.chars().all(lawful)
        && !domain.contains('@')
        && domain.rsplit_once('.').is_some_and(|(name, top)| {
            !name.is_empty() && !name.starts_with(['-', '.']) && top.len() >= 2 && top.chars().all(char::is_alphabetic)
        })
}

/// Whether a value may lawfully be refused or is answered by nothing: outside the enumeration, or of another format.
pub(crate) fn is_unknown(contract: &Contract, operation: &Operation, filter: &Filter, value: &Value) -> bool {
    let single = std::slice::from_ref(value);
    let parts = value.as_array().map_or(single, Vec::as_slice);
    let options = options(contract, operation, filter);
    let outside = |part: &Value| !options.iter().any(|option| text_of(option) == text_of(part));
    (!options.is_empty() && parts.iter().any(outside))
        || (is_email_slot(contract, operation, filter) && parts.iter().any(|part| !text_of(part).contains('@')))
}

/// Whether a value of a record may be sent: it fits what the document says of the parameter, its format beyond doubt.
pub(super) fn is_sendable(contract: &Contract, operation: &Operation, filter: &Filter, value: &Value) -> bool {
    value_schema(contract, operation, filter).is_none_or(|schema| fits(contract, &schema, value, 0))
}

fn fits(contract: &Contract, schema: &Value, value: &Value, depth: usize) -> bool {
    let text = text_of(value);
    // Several branches: what one of them takes may be sent.
    let chosen = ["anyOf", "oneOf"].iter().all(|choice| {
        let branches = schema.get(choice).and_then(Value::as_array);
        branches.is_none_or(|branches| {
            depth > 8 || branches.iter().any(|branch| fits(contract, &merged(contract, branch, 0), value, depth + 1))
        })
    });
    let listed = schema.get("enum").and_then(Value::as_array);
    let listed = listed.is_none_or(|listed| listed.iter().any(|option| text_of(option) == text));
    let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    #[expect(clippy::cast_precision_loss, reason = "lengths of texts")]
    let length = text.chars().count() as f64;
    let number = text.parse::<f64>().ok();
    let in_bounds = limit("minLength").is_none_or(|least| length >= least)
        && limit("maxLength").is_none_or(|most| length <= most)
        && limit("minimum").is_none_or(|least| number.is_none_or(|number| number >= least))
        && limit("maximum").is_none_or(|most| number.is_none_or(|number| number <= most));
    let pattern = schema.get("pattern").and_then(Value::as_str).and_then(|pattern| regex::Regex::new(pattern).ok());
    let of_type = match schema.get("type").and_then(Value::as_str) {
        Some("integer") => text.parse::<i64>().is_ok(),
        Some("number") => number.is_some(),
        Some("boolean") => matches!(&*text, "true" | "false"),
        _ => true,
    };
    let of_format = match schema.get("format").and_then(Value::as_str) {
        Some("email") => is_plain_email(&text),
        Some("date") => is_date(&text),
        Some("date-time") => instant(&text).is_some(),
        _ => true,
    };
    chosen && listed && in_bounds && of_type && of_format && pattern.is_none_or(|pattern| pattern.is_match(&text))
}

/// A value as the parameter takes it: of an instant the day, where it takes days.
pub(super) fn as_taken(contract: &Contract, operation: &Operation, filter: &Filter, value: Value) -> Value {
    let schema = value_schema(contract, operation, filter);
    let days = schema.is_some_and(|schema| schema.get("format").and_then(Value::as_str) == Some("date"));
    match value.as_str().filter(|text| days && instant(text).is_some()) {
        Some(text) => Value::String(text.chars().take(10).collect()),
        None => value,
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Whether a text holds characters that request encodings are known to spoil.
pub(crate) fn is_special(text: &str) -> bool {
    text.chars().any(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | ':' | '~')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_beyond_doubt_are_told_from_others() {
        assert!(is_plain_email("ann+shop@example.com"));
        for doubtful in
            ["", "ann", "ann@", "@example.com", "a b@example.com", "ann@example", "ä@example.com", ".a@b.io"]
        {
            assert!(!is_plain_email(doubtful), "{doubtful}");
        }
    }

    #[test]
    fn numbers_keep_their_spelling() {
        assert_eq!(number_value(3.0), json!(3));
        assert_eq!(number_value(3.5), json!(3.5));
    }

    #[test]
    fn schemas_are_found_in_parameters_and_bodies() {
        let maple = Contract::shipped("maple").expect("is shipped");
        let operation = maple.operation("findCustomers").expect("is there");
        let lists = operation.clause.lists.as_ref().expect("lists");
        assert_eq!(options(&maple, operation, &lists.filters["statuses"]).len(), 2);
        assert_eq!(options(&maple, operation, &lists.filters["status"]).len(), 2);
        assert!(is_unknown(&maple, operation, &lists.filters["statuses"], &json!(["ACTIVE", "nothing"])));
        assert!(!is_unknown(&maple, operation, &lists.filters["owner_id"], &json!("nothing")));
        let price = Contract::shipped("flexprice").expect("is shipped");
        let operation = price.operation("listCustomers").expect("is there");
        let email = &operation.clause.lists.as_ref().expect("lists").filters["email"];
        assert!(is_unknown(&price, operation, email, &json!(NO_SUCH_VALUE)));
    }
}
