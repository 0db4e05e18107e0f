//! Lowering: an OpenAPI schema as JSON Schema Draft 4, cut down to what one value touches.
//!
//! A subschema that the value does not reach is never asked, so it is left out; references are followed along the
//! value. That keeps the result small whatever the document, and ends on recursion.

use serde_json::{Map, Value, json};

use super::arena::{NodeId, Side};
use super::checker;
use super::effective::{Conj, Part, Tags, allows_null, inferred_types};
use super::law::Direction;
use super::types::{TypeSet, integer_format};

/// Deepest chain of references and combinators at one place of the value.
const MAX_CHAIN: usize = 48;

/// Most schemas that are lowered for one value: unions that lead back to themselves multiply.
const MAX_SCHEMAS: usize = 4_000;

/// Lowers schemas of one side for values that travel in one direction.
pub(crate) struct Lowering<'s, 'a> {
    pub(crate) side: &'s mut Side<'a>,
    /// None when the value travels nowhere, as an example does.
    pub(crate) direction: Option<Direction>,
    /// Whether a schema says what its letters say and no more: without `type` it takes every type, whatever its other
    /// keywords are about, and null only where it is among the values that are listed.
    pub(crate) literal: bool,
    /// Whether formats are held to that validators leave alone, and few documents keep in their examples.
    pub(crate) every_format: bool,
    /// Schemas that may still be lowered; at zero the result says less than it should.
    left: usize,
}

impl<'s, 'a> Lowering<'s, 'a> {
    /// Starts a lowering.
    pub(crate) fn new(side: &'s mut Side<'a>, direction: Option<Direction>) -> Self {
        Self { side, direction, literal: false, every_format: false, left: MAX_SCHEMAS }
    }

    /// Whether everything was lowered that the value touches.
    pub(crate) fn is_complete(&self) -> bool {
        self.left > 0
    }

    /// The schema of a conj.
    pub(crate) fn conj(&mut self, conj: &Conj, value: &Value) -> Value {
        let lenient = conj.nullable && value.is_null() && !self.literal;
        if lenient && !conj.parts.iter().any(|part| self.may_refuse_null(*part)) {
            return json!({});
        }
        let mut all = Vec::new();
        for part in &conj.parts {
            // The branches of `allOf` are parts of their own.
            let keywords: &[&str] = if part.without_unions { &[] } else { &["oneOf", "anyOf"] };
            let mut lowered = self.own(part.node, value, 0, keywords);
            if self.literal && self.is_untyped_nullable(part.node) {
                lowered = json!({ "anyOf": [{ "type": "null" }, lowered] });
            }
            if lowered.as_object().is_none_or(|map| !map.is_empty()) {
                all.push(lowered);
            }
        }
        if let Some(selected) = &conj.selected
            && value.get(&selected.property).is_some()
        {
            let property = selected.property.as_str();
            all.push(json!({ "properties": { property: { "enum": selected.values } } }));
        }
        if all.is_empty() { json!({}) } else { json!({ "allOf": all }) }
    }

    /// Whether a part has its say about null although the whole allows it: a `not`, or a `oneOf` that null fits twice.
    fn may_refuse_null(&mut self, part: Part) -> bool {
        if self.side.value(part.node).get("not").is_some() {
            return true;
        }
        let list = self.side.get(part.node, "oneOf").filter(|_| !part.without_unions);
        let variants = list.map(|list| self.side.items(list)).unwrap_or_default();
        variants.into_iter().filter(|variant| allows_null(self.side, *variant)).count() > 1
    }

    /// The schema behind a node.
    pub(crate) fn schema(&mut self, node: NodeId, value: &Value, chain: usize) -> Value {
        self.left = self.left.saturating_sub(1);
        if chain > MAX_CHAIN || self.left == 0 {
            // Under a `not` this says more than it should, elsewhere less.
            self.left = 0;
            return json!({});
        }
        if let Some(target) = self.side.target(node) {
            return self.schema(target, value, chain + 1);
        }
        let lowered = self.own(node, value, chain, &["allOf", "oneOf", "anyOf"]);
        if self.is_untyped_nullable(node) {
            return json!({ "anyOf": [{ "type": "null" }, lowered] });
        }
        lowered
    }

    fn is_untyped_nullable(&self, node: NodeId) -> bool {
        let schema = self.side.value(node);
        let listed = schema.get("enum").and_then(Value::as_array);
        let left_out = self.literal && listed.is_some_and(|values| !values.contains(&Value::Null));
        schema.get("type").is_none() && self.side.flag(node, "nullable") && !left_out
    }

    /// The keywords of one schema object, and of its combinators those that are named.
    fn own(&mut self, node: NodeId, value: &Value, chain: usize, combinators: &[&str]) -> Value {
        let map = match self.side.value(node) {
            Value::Object(map) => map,
            Value::Bool(false) => return json!({ "not": {} }),
            _ => return json!({}),
        };
        let mut out = Map::new();
        scalars(map, &mut out);
        if self.every_format {
            hold_to_format(map, &mut out);
        }
        if self.literal {
            if !map.contains_key("type") {
                out.remove("type");
            }
            if let Some(listed) = map.get("enum").filter(|listed| listed.as_array().is_some_and(|all| !all.is_empty()))
            {
                out.insert("enum".to_owned(), listed.clone());
            }
        }
        for keyword in combinators {
            let Some(list) = self.side.get(node, keyword) else { continue };
            let mut variants = self.side.items(list);
            // Where a discriminator selects a variant, the others have no say.
            if *keyword != "allOf"
                && let Some(discriminator) = self.side.get(node, "discriminator")
            {
                let tags = Tags::read(self.side, discriminator);
                variants = tags.selects(self.side, &variants, value).map_or(variants, |one| vec![one]);
            }
            let items: Vec<Value> = variants
                .into_iter()
                // The branches of `allOf` say what is wrong; a variant that does not fit says nothing anyway.
                .map(|variant| match *keyword != "allOf" && self.plainly_refuses(variant, value) {
                    true => json!({ "not": {} }),
                    false => self.schema(variant, value, chain + 1),
                })
                .collect();
            if !items.is_empty() {
                out.insert((*keyword).to_owned(), Value::Array(items));
            }
        }
        if let Some(inner) = self.side.get(node, "not") {
            out.insert("not".to_owned(), self.schema(inner, value, chain + 1));
        }
        match value {
            Value::Array(items) => self.items(node, items, &mut out),
            Value::Object(members) => self.members(node, members, &mut out),
            _ => {}
        }
        Value::Object(out)
    }

    /// Whether a schema refuses a value by its type or by what it requires, which is seen without a validator.
    pub(crate) fn plainly_refuses(&mut self, node: NodeId, value: &Value) -> bool {
        let node = self.side.resolved(node);
        let Some(schema) = self.side.value(node).as_object().filter(|_| !value.is_null()) else { return false };
        let kind = schema.get("type").and_then(Value::as_str).map_or(TypeSet::ALL, TypeSet::named);
        if kind != TypeSet::NOTHING && !kind.has(TypeSet::of(value)) && !TypeSet::NUMBER.has(TypeSet::of(value)) {
            return true;
        }
        let (Some(members), Some(required)) = (value.as_object(), schema.get("required").and_then(Value::as_array))
        else {
            return false;
        };
        let missing = |name: &&str| !members.contains_key(*name);
        let missing: Vec<&str> = required.iter().filter_map(Value::as_str).filter(missing).collect();
        let holder = self.side.get(node, "properties");
        missing.into_iter().any(|name| {
            let property = holder.and_then(|holder| self.side.get(holder, name));
            property.is_none_or(|property| !self.is_hidden(property))
        })
    }

    fn items(&mut self, node: NodeId, items: &[Value], out: &mut Map<String, Value>) {
        let Some(inner) = self.side.get(node, "items").filter(|inner| self.side.value(*inner).is_object()) else {
            return;
        };
        // Draft 4 takes one schema per position, so each item gets the schema cut to it.
        let list: Vec<Value> = items.iter().map(|item| self.schema(inner, item, 0)).collect();
        if !list.is_empty() {
            out.insert("items".to_owned(), Value::Array(list));
        }
    }

    fn members(&mut self, node: NodeId, members: &Map<String, Value>, out: &mut Map<String, Value>) {
        let mut properties = Map::new();
        let mut hidden = Vec::new();
        if let Some(holder) = self.side.get(node, "properties") {
            // What the value does not have matters only where it is required.
            let names = self.side.value(holder).as_object().into_iter().flat_map(|map| map.keys());
            let needed = |name: &str| members.contains_key(name) || is_listed(out, name);
            let needed: Vec<&str> = names.map(String::as_str).filter(|name| needed(name)).collect();
            for name in needed {
                let Some(property) = self.side.get(holder, name) else { continue };
                if self.is_hidden(property) {
                    hidden.push(name);
                    properties.insert(name.to_owned(), json!({}));
                } else if let Some(member) = members.get(name) {
                    properties.insert(name.to_owned(), self.schema(property, member, 0));
                }
            }
        }
        match self.side.value(node).get("additionalProperties") {
            Some(Value::Bool(false)) => {
                out.insert("additionalProperties".to_owned(), json!(false));
            }
            Some(Value::Object(_)) => {
                if let Some(inner) = self.side.get(node, "additionalProperties") {
                    for (name, member) in members {
                        if !properties.contains_key(name) {
                            properties.insert(name.clone(), self.schema(inner, member, 0));
                        }
                    }
                }
            }
            _ => {}
        }
        if let Some(Value::Array(required)) = out.get_mut("required") {
            required.retain(|name| name.as_str().is_none_or(|name| !hidden.contains(&name)));
            if required.is_empty() {
                out.remove("required");
            }
        }
        if !properties.is_empty() {
            out.insert("properties".to_owned(), Value::Object(properties));
        }
    }

    fn is_hidden(&mut self, property: NodeId) -> bool {
        let target = self.side.resolved(property);
        match self.direction {
            Some(Direction::Request) => self.side.flag(property, "readOnly") || self.side.flag(target, "readOnly"),
            Some(Direction::Response) => self.side.flag(property, "writeOnly") || self.side.flag(target, "writeOnly"),
            None => false,
        }
    }
}

/// Whether a schema requires a property.
fn is_listed(schema: &Map<String, Value>, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)))
}

/// Copies the keywords that hold no schema.
fn scalars(map: &Map<String, Value>, out: &mut Map<String, Value>) {
    const PLAIN: [&str; 10] = [
        "multipleOf",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "maxProperties",
        "minProperties",
        "format",
    ];
    for key in PLAIN {
        if let Some(value) = map.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if let Some(value) = map.get(exclusive).filter(|value| value.is_number()) {
            out.insert(bound.to_owned(), value.clone());
            out.insert(exclusive.to_owned(), json!(true));
        } else if let Some(value) = map.get(bound) {
            out.insert(bound.to_owned(), value.clone());
            if let Some(flag) = map.get(exclusive).filter(|flag| flag.is_boolean()) {
                out.insert(exclusive.to_owned(), flag.clone());
            }
        }
    }
    if let Some(required) = map.get("required").and_then(Value::as_array).filter(|list| !list.is_empty()) {
        let mut names = required.clone();
        names.dedup();
        out.insert("required".to_owned(), Value::Array(names));
    }
    let nullable = map.get("nullable").and_then(Value::as_bool) == Some(true);
    if let Some(types) = types(map, nullable) {
        out.insert("type".to_owned(), types);
    }
    let values = map.get("const").map(|value| vec![value.clone()]);
    let values = values.or_else(|| map.get("enum").and_then(Value::as_array).cloned()).filter(|list| !list.is_empty());
    if let Some(mut values) = values {
        if nullable && !values.contains(&Value::Null) {
            values.push(Value::Null);
        }
        out.insert("enum".to_owned(), Value::Array(values));
    }
    integer_bounds(map, out);
}

fn types(map: &Map<String, Value>, nullable: bool) -> Option<Value> {
    let mut names: Vec<&str> = match map.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        // A schema with `properties` but no type describes an object, whatever the letter says.
        _ if inferred_types(map) == TypeSet::OBJECT => vec!["object"],
        _ if inferred_types(map) == TypeSet::ARRAY => vec!["array"],
        _ => return None,
    };
    if names.iter().any(|name| *name != "null" && TypeSet::named(name) == TypeSet::ALL) {
        return None;
    }
    for name in &mut names {
        *name = match *name {
            "bool" => "boolean",
            "int" => "integer",
            "float" | "double" => "number",
            "file" => "string",
            other => other,
        };
    }
    if nullable && !names.contains(&"null") {
        names.push("null");
    }
    names.sort_unstable();
    names.dedup();
    Some(if names.len() == 1 { json!(names[0]) } else { json!(names) })
}

/// Holds texts to `byte`, and numbers to the range of `float`; no number of JSON is beyond that of `double`.
fn hold_to_format(map: &Map<String, Value>, out: &mut Map<String, Value>) {
    let Some(format) = map.get("format").and_then(Value::as_str) else { return };
    if format == "float" && map.get("type").and_then(Value::as_str) == Some("number") {
        let number = |key: &str| out.get(key).and_then(Value::as_f64);
        let greatest = f64::from(f32::MAX);
        let (low, high) = (number("minimum"), number("maximum"));
        if low.is_none_or(|low| low < -greatest) {
            out.insert("minimum".to_owned(), json!(-greatest));
        }
        if high.is_none_or(|high| high > greatest) {
            out.insert("maximum".to_owned(), json!(greatest));
        }
    } else {
        out.insert("format".to_owned(), json!(checker::known_format(format)));
    }
}

/// `int32` and its kin are no formats to a validator, which looks at texts only.
fn integer_bounds(map: &Map<String, Value>, out: &mut Map<String, Value>) {
    let Some(range) = map.get("format").and_then(Value::as_str).and_then(integer_format) else { return };
    if map.get("type").and_then(Value::as_str) != Some("integer") {
        return;
    }
    out.remove("format");
    let number = |key: &str| out.get(key).and_then(Value::as_f64);
    let (low, high) = (number("minimum"), number("maximum"));
    if low.is_none_or(|low| low < range.low) {
        out.insert("minimum".to_owned(), json!(range.low));
        out.remove("exclusiveMinimum");
    }
    if high.is_none_or(|high| high > range.high) {
        out.insert("maximum".to_owned(), json!(range.high));
        out.remove("exclusiveMaximum");
    }
}
