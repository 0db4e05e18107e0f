//! YAML: values, and where each key and each item starts.

use std::collections::HashMap;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Value};

use super::{Span, escape};

pub(super) fn load(text: &str) -> Result<Vec<MarkedYaml<'_>>, (Span, String)> {
    MarkedYaml::load_from_str(text).map_err(|error| {
        let marker = error.marker();
        (Span { line: marker.line().max(1), column: marker.col() + 1 }, error.info().to_owned())
    })
}

pub(super) fn value_of(node: &MarkedYaml<'_>) -> Result<Value, (Span, String)> {
    Ok(match &node.data {
        YamlData::Value(Scalar::Null) => Value::Null,
        YamlData::Value(Scalar::Boolean(flag)) => Value::Bool(*flag),
        YamlData::Value(Scalar::Integer(number)) => Value::from(*number),
        YamlData::Value(Scalar::FloatingPoint(number)) => {
            // JSON has no number for it; as text it is told where a number is wanted, and is not taken for nothing.
            let number = number.into_inner();
            serde_json::Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
        }
        YamlData::Value(Scalar::String(text)) => Value::String(text.to_string()),
        YamlData::Sequence(items) => Value::Array(items.iter().map(value_of).collect::<Result<_, _>>()?),
        YamlData::Mapping(entries) => {
            let mut map = Map::with_capacity(entries.len());
            for (key, value) in entries {
                let Some(key_text) = scalar_key(key) else {
                    return Err((span_of(key), "a key that is itself a collection".to_owned()));
                };
                let value = value_of(value)?;
                if key_text == "<<" {
                    merge(&mut map, value);
                } else {
                    map.insert(key_text, value);
                }
            }
            Value::Object(map)
        }
        YamlData::Tagged(_, inner) => value_of(inner)?,
        YamlData::Representation(text, _, _) => Value::String(text.to_string()),
        YamlData::Alias(_) | YamlData::BadValue => {
            return Err((span_of(node), "a value that YAML 1.2 cannot read".to_owned()));
        }
    })
}

fn scalar_key(node: &MarkedYaml<'_>) -> Option<String> {
    match &node.data {
        YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
        YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::FloatingPoint(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::Boolean(flag)) => Some(flag.to_string()),
        YamlData::Value(Scalar::Null) => Some("null".to_owned()),
        YamlData::Tagged(_, inner) => scalar_key(inner),
        _ => None,
    }
}

/// A merge key gives defaults: what the mapping says itself wins.
fn merge(map: &mut Map<String, Value>, value: Value) {
    match value {
        Value::Object(defaults) => {
            for (key, value) in defaults {
                map.entry(key).or_insert(value);
            }
        }
        Value::Array(parts) => parts.into_iter().for_each(|part| merge(map, part)),
        _ => {}
    }
}

pub(super) fn note(node: &MarkedYaml<'_>, pointer: &mut String, spans: &mut HashMap<String, Span>) {
    spans.entry(pointer.clone()).or_insert_with(|| span_of(node));
    let length = pointer.len();
    match &node.data {
        YamlData::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push('/');
                pointer.push_str(&index.to_string());
                note(item, pointer, spans);
                pointer.truncate(length);
            }
        }
        YamlData::Mapping(entries) => {
            for (key, value) in entries {
                let Some(text) = scalar_key(key) else { continue };
                pointer.push('/');
                pointer.push_str(&escape(&text));
                spans.insert(pointer.clone(), span_of(key));
                note(value, pointer, spans);
                pointer.truncate(length);
            }
        }
        YamlData::Tagged(_, inner) => note(inner, pointer, spans),
        _ => {}
    }
}

fn span_of(node: &MarkedYaml<'_>) -> Span {
    Span { line: node.span.start.line().max(1), column: node.span.start.col() + 1 }
}
