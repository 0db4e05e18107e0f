//! Whether what was sent fits the schemas of parameters and body.

use serde_json::Value;

use super::ask::Refused;
use super::blueprint::Route;
use super::exchange::Inputs;
use crate::contract::semantics::Slot;
use crate::contract::{Checker, Contract, Operation, Parameter, Scheme};

/// Judges every parameter and the body by their schemas.
///
/// `forgives` is asked about each slot that does not fit, with the value that was sent.
pub(crate) fn judge_inputs(
    operation: &Operation,
    route: &Route,
    inputs: &mut Inputs,
    forgives: &dyn Fn(&Slot, &Value) -> bool,
) -> Result<(), Refused> {
    for (parameter, checker) in operation.parameters.iter().zip(&route.parameters) {
        let Some(slot) = parameter.slot() else { continue };
        let values = inputs.all(&slot);
        if values.is_empty() {
            if parameter.required {
                return Err(Refused::Invalid(format!("{} is required", parameter.name)));
            }
            continue;
        }
        let (value, fits) = fitting(parameter, checker.as_ref(), &values);
        if !fits && !forgives(&slot, &value) {
            return Err(Refused::Invalid(format!("{} is not acceptable", parameter.name)));
        }
    }
    judge_body(operation, route, inputs, forgives)
}

fn judge_body(
    operation: &Operation,
    route: &Route,
    inputs: &Inputs,
    forgives: &dyn Fn(&Slot, &Value) -> bool,
) -> Result<(), Refused> {
    let (Some(body), Some(checker)) = (&operation.body, &route.body) else { return Ok(()) };
    match &inputs.body {
        None if body.required => Err(Refused::Invalid("a JSON body is required".to_owned())),
        None => Ok(()),
        Some(value) => {
            for error in checker.errors(value, 20) {
                let sent = value.pointer(&error.pointer).unwrap_or(&Value::Null);
                if !forgives(&Slot::Body(error.pointer.clone()), sent) {
                    return Err(Refused::Invalid(format!("{} is not acceptable", error.pointer)));
                }
            }
            Ok(())
        }
    }
}

/// What was sent as the first value of its possible readings that a parameter's schema takes, and whether there is one.
///
/// A URL holds text alone: whether `5` is a number is for the schema to say, wherever it says so, as in the `anyOf` of
/// something optional. Where nothing fits, what was sent stays as near to the declared type as it comes.
pub(crate) fn fitting(parameter: &Parameter, checker: Option<&Checker>, values: &[Value]) -> (Value, bool) {
    let declared = typed(parameter, values);
    let Some(checker) = checker else { return (declared, true) };
    if checker.is_valid(&declared) {
        return (declared, true);
    }
    if parameter.schema.get("type").is_some_and(Value::is_string) {
        return (declared, false);
    }
    let parts = parts(parameter, values);
    let kinds = ["", "number", "boolean"];
    let alone = values.first().into_iter().flat_map(|value| kinds.map(|kind| scalar(kind, value)));
    let lists = kinds.map(|kind| Value::Array(parts.iter().map(|part| scalar(kind, part)).collect()));
    // A value that comes several times is a list before it is anything else.
    let found = if values.len() > 1 {
        lists.into_iter().chain(alone).find(|reading| checker.is_valid(reading))
    } else {
        alone.chain(lists).find(|reading| checker.is_valid(reading))
    };
    found.map_or((declared, false), |reading| (reading, true))
}

/// A sent value as the type that a parameter's schema names; left as text where it does not fit.
fn typed(parameter: &Parameter, values: &[Value]) -> Value {
    let kind = |schema: &Value| schema.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if kind(&parameter.schema) == "array" {
        let item = parameter.schema.get("items").map(kind).unwrap_or_default();
        return Value::Array(parts(parameter, values).iter().map(|part| scalar(&item, part)).collect());
    }
    values.first().map_or(Value::Null, |value| scalar(&kind(&parameter.schema), value))
}

/// The items of a list as it was sent: one key each, or joined by commas.
fn parts(parameter: &Parameter, values: &[Value]) -> Vec<Value> {
    if parameter.explode {
        return values.to_vec();
    }
    let joined = values.first().and_then(Value::as_str).unwrap_or_default();
    joined.split(',').map(Value::from).collect()
}

fn scalar(kind: &str, value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        "integer" if whole => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
        "number" => serde_json::from_str::<serde_json::Number>(text).map_or_else(|_| value.clone(), Value::Number),
        "boolean" => text.parse::<bool>().map_or_else(|_| value.clone(), Value::Bool),
        _ => value.clone(),
    }
}

/// Refuses query parameters that neither the operation nor a scheme of security declares.
pub(crate) fn known_parameters(contract: &Contract, operation: &Operation, inputs: &Inputs) -> Result<(), Refused> {
    let keys = contract.schemes.values().filter_map(|scheme| match scheme {
        Scheme::QueryKey(name) => Some(name),
        _ => None,
    });
    let keys: Vec<&String> = keys.collect();
    for (name, _) in &inputs.query {
        let slot = Slot::Query(name.clone());
        if operation.parameter(&slot).is_none() && !keys.contains(&name) {
            return Err(Refused::Invalid(format!("{name} is not known")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Location, Schemas};
    use serde_json::json;

    fn read(schema: Value, explode: bool, values: &[&str]) -> (Value, bool) {
        let schemas = Schemas::new(&json!({"schema": schema})).expect("is a schema");
        let checker = schemas.checker("/schema").expect("compiles");
        let parameter = Parameter {
            name: "x".to_owned(),
            location: Location::Query,
            required: false,
            pointer: String::new(),
            schema,
            explode,
            example: None,
        };
        let values: Vec<Value> = values.iter().map(|value| Value::from(*value)).collect();
        fitting(&parameter, Some(&checker), &values)
    }

    #[test]
    fn a_sent_value_is_read_as_the_schema_takes_it() {
        let either = json!({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]});
        assert_eq!(read(either.clone(), true, &["7"]), (json!(7), true));
        assert_eq!(read(either.clone(), true, &["0"]), (json!("0"), false));
        assert_eq!(read(either, true, &["many"]), (json!("many"), false));
        assert_eq!(read(json!({"oneOf": [{"type": "boolean"}]}), true, &["true"]), (json!(true), true));
        assert_eq!(read(json!({"allOf": [{"type": "number"}]}), true, &["7.27"]), (json!(7.27), true));
        assert_eq!(read(json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), true, &["7"]), (json!("7"), true));
        assert_eq!(read(json!({"type": "string"}), true, &["7"]), (json!("7"), true));
        assert_eq!(read(json!({"type": "integer"}), true, &["x"]), (json!("x"), false));
    }

    #[test]
    fn a_list_is_read_as_the_schema_takes_it() {
        let list = json!({"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]});
        assert_eq!(read(list.clone(), true, &["7", "8"]), (json!([7, 8]), true));
        assert_eq!(read(list.clone(), false, &["7,8"]), (json!([7, 8]), true));
        assert_eq!(read(list, true, &["7"]), (json!([7]), true));
    }
}
