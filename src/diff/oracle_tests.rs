//! The oracle: random edits of random schemas, and payloads that contradict a verdict.
//!
//! A verdict of *safe* says that every payload that was lawful stays so (or the other way about for responses). Any
//! payload that the validators of the two documents judge otherwise fails the build. Draws are the same in every
//! run; `ORACLE_CASES` draws more.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::arena::Side;
use super::law::Direction;
use super::lowered::Lowering;
use super::{Options, Workspace, checker, compare};
use crate::finding::Level;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn scalar() -> impl Strategy<Value = Value> {
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
    prop_oneof![text, list, number, format, Just(json!({ "type": "boolean" })), Just(json!({}))]
}

fn set(schema: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(map), Some(value)) = (schema.as_object_mut(), value) {
        map.insert(key.to_owned(), value);
    }
}

fn schema() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 4, |inner| {
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

/// Places of a value that are schemas.
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
enum Edit {
    Replace(Value),
    Drop(&'static str),
    Set(&'static str, Value),
    Property(&'static str, Value, bool),
    Wrap(&'static str),
    Widen(Value),
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
    ]
}

fn edited(old: &Value, edits: &[(prop::sample::Index, Edit)]) -> Value {
    let mut new = old.clone();
    for (index, edit) in edits {
        let mut found = Vec::new();
        places(&new, "", &mut found);
        let Some(at) = new.pointer_mut(index.get::<String>(&found).as_str()) else { continue };
        match edit {
            Edit::Replace(schema) => *at = schema.clone(),
            Edit::Drop(key) => drop(at.as_object_mut().and_then(|map| map.remove(*key))),
            Edit::Set(key, value) => set(at, key, Some(value.clone())),
            Edit::Property(name, schema, required) => {
                if at.get("type") == Some(&json!("object")) {
                    at["properties"][*name] = schema.clone();
                    if *required {
                        at["required"] = json!([name]);
                    }
                }
            }
            Edit::Wrap(keyword) => *at = json!({ *keyword: [at.clone()] }),
            Edit::Widen(schema) => *at = json!({ "anyOf": [at.clone(), schema.clone()] }),
        }
    }
    new
}

fn document(schema: &Value, direction: Direction) -> Workspace {
    let content = json!({ "application/json": { "schema": schema } });
    let operation = match direction {
        Direction::Request => json!({ "requestBody": { "content": content }, "responses": {} }),
        Direction::Response => json!({ "responses": { "200": { "description": "d", "content": content } } }),
    };
    let text = json!({ "openapi": "3.0.3", "info": { "title": "t", "version": "1" }, "paths": { "/t": { "post": operation } } });
    Workspace::parse("t.json", &text.to_string()).expect("a generated document is sound")
}

fn accepts(schema: &Value, payload: &Value) -> bool {
    let workspace = Workspace::parse("s.json", &json!({ "openapi": "3.0.3", "paths": {}, "x-s": schema }).to_string())
        .expect("a generated document is sound");
    let mut side = Side::new(&workspace);
    let root = side.root();
    let node = side.get(root, "x-s").expect("just written");
    let lowered = Lowering::new(&mut side, None).schema(node, payload, 0);
    checker::is_valid(&lowered, payload).expect("a lowered schema compiles")
}

/// Payloads that know only what a schema declares.
fn payloads(schema: &Value, depth: usize) -> Vec<Value> {
    let mut found = vec![json!(null)];
    let inner = |key: &str| schema.get(key).filter(|inner| inner.is_object());
    if depth < 4 {
        for key in ["allOf", "anyOf"] {
            for branch in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
                found.extend(payloads(branch, depth + 1));
            }
        }
        let items = inner("items").map_or_else(|| vec![json!(0), json!("q")], |items| payloads(items, depth + 1));
        found.push(json!([]));
        for item in items.iter().take(8) {
            found.extend([json!([item]), json!([item, item]), json!([item, 1, item, item])]);
        }
        let pairs: Vec<Value> = items.windows(2).take(4).map(|pair| json!(pair)).collect();
        found.extend(pairs);
        found.extend(objects(schema, depth));
    }
    found.extend([0, 1, 2, 3, 4, 6, 7, 8, 12, -1, -2, -3].map(|number| json!(number)));
    found.extend([json!(0.5), json!(2.5), json!(3_000_000_000_u64), json!(true), json!(false)]);
    found.extend(["", "x", "y", "zz", "xyz", "abcd", "abcde", "abcdef", "2026-01-31"].map(|text| json!(text)));
    found.push(json!("123e4567-e89b-42d3-a456-426614174000"));
    found
}

fn objects(schema: &Value, depth: usize) -> Vec<Value> {
    let mut found = vec![json!({})];
    let declared: Vec<(&String, Vec<Value>)> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, property)| (name, payloads(property, depth + 1)))
        .collect();
    for round in 0..14 {
        for skipped in 0..=declared.len() {
            let mut object = serde_json::Map::new();
            for (index, (name, values)) in declared.iter().enumerate() {
                if index != skipped {
                    object.insert((*name).clone(), values[(round * 7 + index * 3) % values.len()].clone());
                }
            }
            found.push(Value::Object(object.clone()));
            if round < 2 {
                object.insert("other".to_owned(), json!(round));
                found.push(Value::Object(object.clone()));
                object.insert("other2".to_owned(), json!("x"));
                found.push(Value::Object(object));
            }
        }
    }
    found
}

/// Names that a schema declares anywhere, by which a payload may bring in what the other side does not know.
fn declares(schema: &Value, name: &str) -> bool {
    schema.to_string().contains(&format!("\"{name}\":"))
}

fn mentions_foreign(payload: &Value, source: &Value) -> bool {
    let text = payload.to_string();
    NAMES.iter().any(|name| text.contains(&format!("\"{name}\":")) && !declares(source, name))
}

fn contradiction(old: &Value, new: &Value, direction: Direction) -> Option<Value> {
    let options = Options { today: "2026-06-01".to_owned(), without_witness: true, ..Options::default() };
    let outcome = compare(&document(old, direction), &document(new, direction), &options).expect("no references");
    if outcome.fails_on(Level::Warn) {
        return None;
    }
    let (source, target) = if direction == Direction::Request { (old, new) } else { (new, old) };
    payloads(source, 0)
        .into_iter()
        .filter(|payload| !mentions_foreign(payload, source))
        .take(400)
        .find(|payload| accepts(source, payload) && !accepts(target, payload))
}

#[test]
fn no_payload_contradicts_a_safe_verdict() {
    let cases = std::env::var("ORACLE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(160);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let strategy = (schema(), prop::collection::vec((any::<prop::sample::Index>(), edit()), 1..3));
    let result = runner.run(&strategy, |(old, edits)| {
        let new = edited(&old, &edits);
        for direction in [Direction::Request, Direction::Response] {
            if let Some(payload) = contradiction(&old, &new, direction) {
                return Err(TestCaseError::fail(format!(
                    "{direction:?} judged safe, but {payload} says otherwise\nold {old}\nnew {new}"
                )));
            }
        }
        Ok(())
    });
    match result {
        Ok(()) => {}
        Err(proptest::test_runner::TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(error) => panic!("{error}"),
    }
}

fn union_of_scalars() -> impl Strategy<Value = Value> {
    let keyword = prop::sample::select(vec!["oneOf", "anyOf"]);
    let variants = (keyword, prop::collection::vec(scalar(), 1..4)).prop_map(|(key, list)| json!({ key: list }));
    let tagged = (
        prop::sample::select(vec!["oneOf", "anyOf"]),
        prop::collection::vec((prop::sample::subsequence(vec!["p", "q", "r"], 1..3), prop::bool::ANY), 1..4),
    )
        .prop_map(|(key, list)| {
            let object = |(values, required): (Vec<&str>, bool)| {
                let mut schema = json!({ "type": "object", "properties": { "a": { "enum": values } } });
                set(&mut schema, "required", required.then(|| json!(["a"])));
                schema
            };
            json!({ key: list.into_iter().map(object).collect::<Vec<_>>() })
        });
    prop_oneof![3 => variants, 2 => tagged, 2 => scalar()]
}

#[test]
fn unions_are_judged_as_a_whole_and_no_witness_is_taken_by_the_other_document() {
    let config = Config { cases: 200, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&(union_of_scalars(), union_of_scalars()), |(old, new)| {
        for direction in [Direction::Request, Direction::Response] {
            let (source, target) = if direction == Direction::Request { (&old, &new) } else { (&new, &old) };
            // A `oneOf` whose variants overlap refuses what it seems to take, which `overlaps` looks for only in part.
            let exclusive = [&old, &new].iter().any(|schema| schema.get("oneOf").is_some());
            if !exclusive && let Some(payload) = contradiction(&old, &new, direction) {
                return Err(TestCaseError::fail(format!(
                    "{direction:?} judged safe, but {payload}\nold {old}\nnew {new}"
                )));
            }
            let options = Options { today: "2026-06-01".to_owned(), ..Options::default() };
            let outcome =
                compare(&document(&old, direction), &document(&new, direction), &options).expect("no references");
            for finding in outcome.findings {
                // Below the root a witness is but a part of a payload.
                let whole = finding.place.as_ref().is_some_and(|place| !place.pointer.contains("/properties/"));
                let Some(text) = finding.witness.filter(|_| whole) else { continue };
                let ends = [" was accepted in", " may be answered"];
                let Some(shown) = ends.iter().find_map(|end| text.split_once(end)).map(|(shown, _)| shown) else {
                    continue;
                };
                let Ok(payload) = serde_json::from_str::<Value>(shown) else { continue };
                // Null is read leniently: any variant that allows it will do.
                if !payload.is_null() && (!accepts(source, &payload) || accepts(target, &payload)) {
                    return Err(TestCaseError::fail(format!(
                        "{direction:?} {} {payload}\nold {old}\nnew {new}",
                        finding.id
                    )));
                }
            }
        }
        Ok(())
    });
    match result {
        Ok(()) => {}
        Err(proptest::test_runner::TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(error) => panic!("{error}"),
    }
}
