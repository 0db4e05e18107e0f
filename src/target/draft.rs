//! The parts of a request, by the places that the contract gives to values.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::Identity;
use super::body::{minimal_body, put};
use super::stranger::unknown_tenant;
use crate::case::Access;
use crate::contract::semantics::Slot;
use crate::contract::{Contract, Location, Operation, Parameter};

/// Everything but RFC 3986's unreserved characters.
const ENCODE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request while it is put together.
pub(super) struct Draft {
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Value>,
}

impl Draft {
    /// An operation's path and smallest body, with no parameter yet.
    pub(super) fn new(contract: &Contract, operation: &Operation) -> Self {
        Self {
            path: operation.path.clone(),
            query: Vec::new(),
            headers: vec![("Accept".to_owned(), operation.accept())],
            body: minimal_body(contract, operation),
        }
    }

    /// Puts the value of a declared parameter where it belongs.
    ///
    /// # Errors
    /// When a path parameter has no value.
    pub(super) fn declared(
        &mut self,
        parameter: &Parameter,
        value: Option<Value>,
        access: Access,
    ) -> Result<(), String> {
        let name = || parameter.name.clone();
        match (parameter.location, value) {
            (Location::Path, Some(value)) => {
                let text = utf8_percent_encode(&plain(&value), ENCODE).to_string();
                self.path = self.path.replace(&format!("{{{}}}", parameter.name), &text);
            }
            (Location::Path, None) if parameter.required && access != Access::NoTenant => {
                return Err(format!("no value for path parameter `{}`: give --param {0}=VALUE", parameter.name));
            }
            (Location::Query, Some(Value::Array(items))) if parameter.explode => {
                self.query.extend(items.iter().map(|item| (name(), plain(item))));
            }
            (Location::Query, Some(Value::Array(items))) => {
                self.query.push((name(), items.iter().map(plain).collect::<Vec<_>>().join(",")));
            }
            (Location::Query, Some(value)) => self.query.push((name(), plain(&value))),
            (Location::Header, Some(value)) => {
                self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&parameter.name));
                self.headers.push((name(), plain(&value)));
            }
            _ => {}
        }
        Ok(())
    }

    /// Puts a value into the body, or sends it as a parameter that nobody declared.
    pub(super) fn beyond(&mut self, operation: &Operation, slot: &Slot, value: &Value) {
        match slot {
            Slot::Body(pointer) => {
                let root = self.body.get_or_insert_with(|| Value::Object(Map::new()));
                put(root, pointer, value.clone());
            }
            Slot::Query(name) if operation.parameter(slot).is_none() => self.query.push((name.clone(), plain(value))),
            Slot::Header(name) if operation.parameter(slot).is_none() => {
                self.headers.push((name.clone(), plain(value)));
            }
            _ => {}
        }
    }

    /// The query, encoded.
    pub(super) fn query_text(&self) -> String {
        let pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| {
                format!("{}={}", utf8_percent_encode(name, ENCODE), utf8_percent_encode(value, ENCODE))
            })
            .collect();
        pairs.join("&")
    }
}

/// The value of a declared parameter: what the case gives, else what the target's access configures.
pub(super) fn parameter_value(
    contract: &Contract,
    operation: &Operation,
    parameter: &Parameter,
    given: Option<&Value>,
    identity: &Identity,
    access: Access,
) -> Option<Value> {
    let tenant = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    let is_tenant = tenant.is_some_and(|tenant| parameter.is(tenant));
    let configured = identity.params.get(&parameter.name).map(|text| Value::String(text.clone()));
    match (is_tenant, access) {
        (true, Access::NoTenant) => None,
        (true, Access::UnknownTenant) => Some(Value::String(unknown_tenant(configured.as_ref()))),
        _ => given.cloned().or_else(|| configured.filter(|_| contract.takes_one_value(operation, parameter))),
    }
}

/// The value of a parameter that must be sent although neither the case nor the access gives one.
///
/// # Errors
/// When the document names none either.
pub(super) fn standing_value(
    contract: &Contract,
    operation: &Operation,
    parameter: &Parameter,
    own: &Identity,
) -> Result<Option<Value>, String> {
    if !operation.needs(contract, parameter) || own.carries(parameter) {
        return Ok(None);
    }
    if let Some(text) = own.params.get(&parameter.name) {
        return Ok(Some(Value::String(text.clone())));
    }
    let standing = operation.standing(parameter).map(|standing| standing.value);
    standing.map(Some).ok_or_else(|| missing_words(parameter))
}

/// Words for a required parameter that nobody has a value for.
pub(crate) fn missing_words(parameter: &Parameter) -> String {
    let place = if parameter.location == Location::Header { "header" } else { "query" };
    format!("no value for the required {place} parameter `{}`: give --param {0}=VALUE", parameter.name)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        // `7.0` and `7` are one number in JSON, and two texts in a URL: servers that take whole numbers know the plain one.
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(figure) if figure.fract() == 0.0 && figure.abs() < 9e15 => format!("{figure:.0}"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}
