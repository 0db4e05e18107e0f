//! Whether what was sent fits the schemas of parameters and body.

use serde_json::Value;

use super::ask::Refused;
use super::blueprint::{Route, typed};
use super::exchange::Inputs;
use crate::contract::Operation;
use crate::contract::semantics::Slot;

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
        let value = typed(parameter, &values);
        if checker.as_ref().is_some_and(|checker| !checker.is_valid(&value)) && !forgives(&slot, &value) {
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
