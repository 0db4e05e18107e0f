//! The one place that names the validator: a schema in the dialect of JSON Schema Draft 4, and a value.
//!
//! The crate is compiled again for every module that calls it, so nothing else does. Where a schema comes from is
//! the matter of `lowered`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Validator};
use serde_json::Value;

/// Why a value does not satisfy a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// JSON pointer into the value.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) message: String,
    /// The keyword that refuses it.
    pub(crate) keyword: String,
}

/// Why a clause of the vocabulary is not well-formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VocabularyFault {
    /// JSON pointer into the clause.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) message: String,
    /// Keys that nobody knows.
    pub(crate) unexpected: Vec<String>,
    /// Keys that could stand there.
    pub(crate) expected: Vec<String>,
}

/// What is wrong with a clause, by a schema of Draft 7; none when the schema cannot be compiled.
pub(crate) fn vocabulary_faults(schema: &Value, value: &Value) -> Option<Vec<VocabularyFault>> {
    let validator = jsonschema::options().with_draft(Draft::Draft7).offline().build(schema).ok()?;
    let faults = validator
        .iter_errors(value)
        .map(|error| {
            let unexpected = match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.clone(),
                _ => Vec::new(),
            };
            let path = error.schema_path().to_string();
            let holder = path.rsplit_once('/').map_or("", |(holder, _)| holder);
            let known = schema.pointer(holder).and_then(|holder| holder.get("properties")).and_then(Value::as_object);
            VocabularyFault {
                pointer: error.instance_path().to_string(),
                message: error.to_string(),
                unexpected,
                expected: known.map(|known| known.keys().cloned().collect()).unwrap_or_default(),
            }
        })
        .collect();
    Some(faults)
}

/// Most validators that are kept.
const KEPT: usize = 256;
/// Longest schema whose validator is kept, in bytes.
const LONGEST: usize = 32 << 10;

thread_local! {
    /// Validators by the text of their schema: payloads that are tried one after the other mostly touch the same.
    static VALIDATORS: RefCell<HashMap<String, Option<Rc<Validator>>>> = RefCell::default();
}

fn compiled(schema: &Value) -> Option<Rc<Validator>> {
    let text = schema.to_string();
    if text.len() > LONGEST {
        return build(schema).map(Rc::new);
    }
    VALIDATORS.with_borrow_mut(|known| {
        if known.len() >= KEPT && !known.contains_key(&text) {
            known.clear();
        }
        known.entry(text).or_insert_with(|| build(schema).map(Rc::new)).clone()
    })
}

fn build(schema: &Value) -> Option<Validator> {
    jsonschema::options()
        .with_draft(Draft::Draft4)
        .offline()
        .should_validate_formats(true)
        .with_format("uuid", is_uuid)
        .with_format(BASE64, is_base64)
        .with_format("idn-email", |text: &str| {
            text.split_once('@').is_some_and(|(one, two)| !one.is_empty() && !two.is_empty())
        })
        .build(schema)
        .ok()
}

/// The name under which `byte` is checked, where that is asked for: examples of it are often written sloppily.
const BASE64: &str = "base64";

/// The name under which a format is known that is checked only where that is asked for; any other is its own.
pub(crate) fn known_format(format: &str) -> &str {
    if format == "byte" { BASE64 } else { format }
}

/// Whether a text may be base64, in either alphabet, padded or not.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let known = digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'));
    known && text.len() - digits.len() <= 2 && digits.len() % 4 != 1
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether the value satisfies the schema; none when the schema cannot be compiled.
pub(crate) fn is_valid(schema: &Value, value: &Value) -> Option<bool> {
    Some(compiled(schema)?.is_valid(value))
}

/// What is wrong with the value; none when the schema cannot be compiled.
pub(crate) fn faults(schema: &Value, value: &Value) -> Option<Vec<Fault>> {
    let validator = compiled(schema)?;
    let faults = validator
        .iter_errors(value)
        .map(|error| {
            let path = error.schema_path().to_string();
            Fault {
                pointer: error.instance_path().to_string(),
                message: error.to_string(),
                keyword: path.rsplit('/').next().unwrap_or_default().to_owned(),
            }
        })
        .collect();
    Some(faults)
}
