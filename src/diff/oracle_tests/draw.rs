//! What is drawn: schemas, and edits of them.

use proptest::prelude::*;
use serde_json::{Value, json};

pub(super) const NAMES: [&str; 4] = ["a", "b", "c", "d"];

pub(super) fn scalar() -> impl Strategy<Value = Value> {
    let text = (prop::option::of(0..4_u8), prop::option::of(2..6_u8)).prop_map(|(low, high)| {
        let mut schema = json!({ "type": "string" });
        set(&mut schema, "minLength", low.map(|low| json!(low)));
        set(&mut schema, "maxLength", high.map(|high| json!(high)));
        schema
    });
    let list = prop::sample::subsequence(vec!["x", "y", "zz", "xyz"], 1..4)
        .prop_map(|values| json!({ "type": "string", "enum": values }));
    let number = (
        prop::bool::ANY,
        prop::option::of(-2..3_i8),
        prop::option::of(2..9_i8),
        prop::bool::ANY,
        prop::option::of(1..5_u8),
    )
        .prop_map(|(whole, low, high, open, step)| {
            let mut schema = json!({ "type": if whole { "integer" } else { "number" } });
            set(&mut schema, "minimum", low.map(|low| json!(low)));
            set(&mut schema, "maximum", high.map(|high| json!(high)));
            if open && low.is_some() {
                schema["exclusiveMinimum"] = json!(true);
            }
            set(&mut schema, "multipleOf", step.map(|step| json!(step)));
            schema
        });
    let format = prop::sample::select(vec!["date", "uuid", "int32"])
        .prop_map(|format| json!({ "type": if format == "int32" { "integer" } else { "string" }, "format": format }));
    let pattern = (prop::sample::select(PATTERNS.to_vec()), prop::option::of(1..6_u8)).prop_map(|(pattern, high)| {
        let mut schema = json!({ "type": "string", "pattern": pattern });
        set(&mut schema, "maxLength", high.map(|high| json!(high)));
        schema
    });
    let negated = (
        prop::sample::select(vec!["string", "integer", "boolean"]),
        prop::option::of(prop::sample::select(NEGATED.to_vec())),
    )
        .prop_map(|(kind, negated)| {
            let mut schema = json!({ "type": kind });
            set(&mut schema, "not", negated.map(parsed));
            schema
        });
    prop_oneof![text, list, number, format, pattern, negated, Just(json!({ "type": "boolean" })), Just(json!({}))]
}

const PATTERNS: [&str; 5] = ["^x", "y$", "^[a-z]+$", "^z{2,4}$", "^[a-c]{1,3}$"];

/// Schemas under `not`, as JSON.
const NEGATED: [&str; 8] = [
    r#"{"enum": ["x"]}"#,
    r#"{"enum": ["x", "y"]}"#,
    r#"{"enum": [1]}"#,
    r#"{"type": "integer"}"#,
    r#"{"pattern": "^x"}"#,
    r#"{"minLength": 3}"#,
    r#"{"anyOf": [{"enum": ["x"]}, {"enum": ["zz"]}]}"#,
    r#"{"required": ["a"]}"#,
];

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("the schemas above are JSON")
}

/// A schema that refers to a component.
fn reference() -> impl Strategy<Value = Value> {
    prop::sample::select(vec!["A", "B"]).prop_map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }))
}

/// A document in little: the schema of a body, and the components `A` and `B`; what `B` holds refers to nothing.
pub(super) fn drawn() -> impl Strategy<Value = Value> {
    (schema(3), schema(2), schema(0))
        .prop_map(|(schema, one, two)| json!({ "schema": schema, "components": { "A": one, "B": two } }))
}

/// A document in little whose body is one of two components, as a discriminator says.
pub(super) fn tagged() -> impl Strategy<Value = Value> {
    let object = |tags: Vec<&'static str>| {
        (prop::option::of(prop::sample::subsequence(tags, 1..3)), scalar(), prop::bool::ANY).prop_map(
            |(tags, other, required)| {
                let mut tag = json!({ "type": "string" });
                set(&mut tag, "enum", tags.map(|tags| json!(tags)));
                let names = if required { json!(["a", "b"]) } else { json!(["a"]) };
                json!({ "type": "object", "required": names, "properties": { "a": tag, "b": other } })
            },
        )
    };
    let mapping = prop::sample::select(vec![
        json!(null),
        json!({ "A": "#/components/schemas/A", "B": "#/components/schemas/B" }),
        json!({ "x": "#/components/schemas/A", "y": "#/components/schemas/B" }),
        json!({ "x": "#/components/schemas/A", "zz": "#/components/schemas/A", "y": "#/components/schemas/B" }),
    ]);
    (object(vec!["A", "x", "zz"]), object(vec!["B", "y"]), mapping).prop_map(|(one, two, mapping)| {
        let mut discriminator = json!({ "propertyName": "a" });
        set(&mut discriminator, "mapping", (!mapping.is_null()).then_some(mapping));
        let list = ["A", "B"].map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }));
        json!({
            "schema": { "oneOf": list, "discriminator": discriminator },
            "components": { "A": one, "B": two },
        })
    })
}

pub(super) fn set(schema: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(map), Some(value)) = (schema.as_object_mut(), value) {
        map.insert(key.to_owned(), value);
    }
}

/// A schema in which one leaf in so many refers to a component; zero for none.
fn schema(references: u32) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![12 => scalar(), references => reference()];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let array = (inner.clone(), prop::option::of(0..3_u8), prop::option::of(1..4_u8), prop::bool::ANY).prop_map(
            |(items, low, high, unique)| {
                let mut schema = json!({ "type": "array", "items": items });
                set(&mut schema, "minItems", low.map(|low| json!(low)));
                set(&mut schema, "maxItems", high.map(|high| json!(high)));
                set(&mut schema, "uniqueItems", unique.then(|| json!(true)));
                schema
            },
        );
        let object = (
            prop::collection::vec(inner.clone(), 0..4),
            prop::sample::subsequence(NAMES.to_vec(), 0..3),
            prop::sample::select(vec![json!(null), json!(false), json!(true), json!({ "type": "integer" })]),
        )
            .prop_map(|(schemas, required, additional)| {
                let properties: serde_json::Map<String, Value> =
                    NAMES.iter().zip(schemas).map(|(name, schema)| ((*name).to_owned(), schema)).collect();
                let required: Vec<&str> = required.into_iter().filter(|name| properties.contains_key(*name)).collect();
                let mut schema = json!({ "type": "object", "properties": properties });
                set(&mut schema, "required", (!required.is_empty()).then(|| json!(required)));
                set(&mut schema, "additionalProperties", (!additional.is_null()).then_some(additional));
                schema
            });
        let both = (inner.clone(), inner.clone()).prop_map(|(one, two)| json!({ "allOf": [one, two] }));
        let either = prop::collection::vec(inner.clone(), 1..4).prop_map(|list| json!({ "anyOf": list }));
        let null = inner.prop_map(|mut schema| {
            if schema.get("type").is_some() {
                schema["nullable"] = json!(true);
            }
            schema
        });
        prop_oneof![3 => object, 2 => array, 1 => both, 1 => either, 1 => null]
    })
}

/// Places of a document in little that are schemas.
fn all_places(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for pointer in ["/schema", "/components/A", "/components/B"] {
        if let Some(schema) = document.pointer(pointer) {
            places(schema, pointer, &mut found);
        }
    }
    found
}

fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    found.push(pointer.to_owned());
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = value.get(key).filter(|inner| inner.is_object()) {
            places(inner, &format!("{pointer}/{key}"), found);
        }
    }
    for (name, inner) in value.get("properties").and_then(Value::as_object).into_iter().flatten() {
        places(inner, &format!("{pointer}/properties/{name}"), found);
    }
    for key in ["allOf", "anyOf"] {
        for (index, inner) in value.get(key).and_then(Value::as_array).into_iter().flatten().enumerate() {
            places(inner, &format!("{pointer}/{key}/{index}"), found);
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Edit {
    Replace(Value),
    Drop(&'static str),
    Set(&'static str, Value),
    Property(&'static str, Value, bool),
    Wrap(&'static str),
    Widen(Value),
    /// A component takes the place of what is written there, or the other way about.
    Extract,
    /// A property refers to a component, which may be the one that holds it.
    Recur(&'static str),
}

fn edit() -> impl Strategy<Value = Edit> {
    let dropped = prop::sample::select(vec![
        "minLength",
        "maxLength",
        "enum",
        "minimum",
        "maximum",
        "multipleOf",
        "type",
        "nullable",
        "required",
        "properties",
        "additionalProperties",
        "minItems",
        "maxItems",
        "uniqueItems",
        "exclusiveMinimum",
        "format",
        "items",
        "pattern",
        "not",
        "readOnly",
        "writeOnly",
    ]);
    let changed = prop_oneof![
        (0..5_u8).prop_map(|value| Edit::Set("minLength", json!(value))),
        (0..6_u8).prop_map(|value| Edit::Set("maxLength", json!(value))),
        (-3..4_i8).prop_map(|value| Edit::Set("minimum", json!(value))),
        (1..9_i8).prop_map(|value| Edit::Set("maximum", json!(value))),
        (0..3_u8).prop_map(|value| Edit::Set("minItems", json!(value))),
        (0..4_u8).prop_map(|value| Edit::Set("maxItems", json!(value))),
        (0..3_u8).prop_map(|value| Edit::Set("minProperties", json!(value))),
        (0..4_u8).prop_map(|value| Edit::Set("maxProperties", json!(value))),
        (1..6_u8).prop_map(|value| Edit::Set("multipleOf", json!(value))),
        prop::sample::select(PATTERNS.to_vec()).prop_map(|pattern| Edit::Set("pattern", json!(pattern))),
        prop::sample::select(NEGATED.to_vec()).prop_map(|negated| Edit::Set("not", parsed(negated))),
        Just(Edit::Set("readOnly", json!(true))),
        Just(Edit::Set("writeOnly", json!(true))),
        Just(Edit::Set("uniqueItems", json!(true))),
        Just(Edit::Set("nullable", json!(true))),
        Just(Edit::Set("additionalProperties", json!(false))),
        Just(Edit::Set("additionalProperties", json!({ "type": "string" }))),
        prop::sample::subsequence(vec!["x", "y", "zz", "xyz"], 1..4)
            .prop_map(|values| Edit::Set("enum", json!(values))),
        prop::sample::subsequence(NAMES.to_vec(), 1..3).prop_map(|names| Edit::Set("required", json!(names))),
        prop::sample::select(vec!["string", "integer", "number", "object", "array"])
            .prop_map(|kind| Edit::Set("type", json!(kind))),
    ];
    prop_oneof![
        1 => scalar().prop_map(Edit::Replace),
        3 => dropped.prop_map(Edit::Drop),
        6 => changed,
        3 => (prop::sample::select(NAMES.to_vec()), scalar(), prop::bool::ANY).prop_map(|(name, schema, required)| Edit::Property(name, schema, required)),
        2 => prop::sample::select(vec!["allOf", "anyOf"]).prop_map(Edit::Wrap),
        1 => scalar().prop_map(Edit::Widen),
        1 => Just(Edit::Extract),
        1 => prop::sample::select(NAMES.to_vec()).prop_map(Edit::Recur),
    ]
}

/// Some edits, each at some place.
pub(super) fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, Edit)>> {
    prop::collection::vec((any::<prop::sample::Index>(), edit()), 1..3)
}

/// The document after the edits.
pub(super) fn edited(old: &Value, edits: &[(prop::sample::Index, Edit)]) -> Value {
    let mut new = old.clone();
    for (index, edit) in edits {
        let found = all_places(&new);
        let pointer = index.get::<String>(&found).as_str();
        if matches!(edit, Edit::Extract) {
            extract(&mut new, pointer);
        } else if let Some(at) = new.pointer_mut(pointer) {
            apply(at, edit);
        }
    }
    new
}

fn extract(new: &mut Value, pointer: &str) {
    let Some(at) = new.pointer_mut(pointer) else { return };
    let name = at.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next()).map(str::to_owned);
    match name {
        // A component that leads to itself cannot be written out.
        Some(name) if !pointer.contains("/components/") => {
            let inner = new["components"][&name].clone();
            if let Some(at) = new.pointer_mut(pointer) {
                *at = inner;
            }
        }
        None if pointer.starts_with("/schema") => {
            let inner = std::mem::replace(at, json!({ "$ref": "#/components/schemas/C" }));
            new["components"]["C"] = inner;
        }
        _ => {}
    }
}

fn apply(at: &mut Value, edit: &Edit) {
    match edit {
        Edit::Replace(schema) => *at = schema.clone(),
        Edit::Drop(key) => drop(at.as_object_mut().and_then(|map| map.remove(*key))),
        Edit::Set(key, value) => {
            // What stands beside a reference does not count.
            if at.get("$ref").is_none() {
                set(at, key, Some(value.clone()));
            }
        }
        Edit::Property(name, schema, required) => {
            if at.get("type") == Some(&json!("object")) {
                at["properties"][*name] = schema.clone();
                if *required {
                    at["required"] = json!([name]);
                }
            }
        }
        Edit::Recur(name) => {
            if at.get("type") == Some(&json!("object")) {
                at["properties"][*name] = json!({ "$ref": "#/components/schemas/A" });
            }
        }
        Edit::Wrap(keyword) => *at = json!({ *keyword: [at.clone()] }),
        Edit::Widen(schema) => *at = json!({ "anyOf": [at.clone(), schema.clone()] }),
        Edit::Extract => {}
    }
}
