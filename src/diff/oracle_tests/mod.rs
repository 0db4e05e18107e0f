//! The oracle: random edits of random schemas, and payloads that contradict a verdict.
//!
//! A verdict of *safe* says that every payload that was lawful stays so (or the other way about for responses). Any
//! payload that the validators of the two documents judge otherwise fails the build. Draws are the same in every
//! run; `ORACLE_CASES` draws more.

mod draw;
mod payloads;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use draw::{drawn, edited, edits, scalar, set, tagged};
use payloads::{mentions_foreign, mentions_hidden, payloads_of};

use super::arena::Side;
use super::law::Direction;
use super::lowered::Lowering;
use super::{Options, Workspace, checker, compare};
use crate::finding::Level;

/// A document in little, as a schema alone.
fn little(schema: &Value) -> Value {
    json!({ "schema": schema, "components": {} })
}

fn document(little: &Value, direction: Direction) -> Workspace {
    let schema = &little["schema"];
    let content = json!({ "application/json": { "schema": schema } });
    let operation = match direction {
        Direction::Request => json!({ "requestBody": { "content": content }, "responses": {} }),
        Direction::Response => json!({ "responses": { "200": { "description": "d", "content": content } } }),
    };
    let text = json!({ "openapi": "3.0.3", "info": { "title": "t", "version": "1" }, "paths": { "/t": { "post": operation } }, "components": { "schemas": little["components"] } });
    Workspace::parse("t.json", &text.to_string()).expect("a generated document is sound")
}

fn accepts(little: &Value, payload: &Value, direction: Direction) -> Option<bool> {
    let text = json!({
        "openapi": "3.0.3",
        "paths": {},
        "x-s": little["schema"],
        "components": { "schemas": little["components"] },
    });
    let workspace = Workspace::parse("s.json", &text.to_string()).expect("a generated document is sound");
    let mut side = Side::new(&workspace);
    let root = side.root();
    let node = side.get(root, "x-s").expect("just written");
    let mut lowering = Lowering::new(&mut side, Some(direction));
    let lowered = lowering.schema(node, payload, 0);
    // A schema that is nothing but itself cannot be written out.
    let complete = lowering.is_complete();
    complete.then(|| checker::is_valid(&lowered, payload).expect("a lowered schema compiles"))
}

fn contradiction(old: &Value, new: &Value, direction: Direction) -> Option<Value> {
    let options = Options { today: Some(jiff::civil::date(2026, 6, 1)), without_witness: true, ..Options::default() };
    let outcome = compare(&document(old, direction), &document(new, direction), &options).expect("no references");
    if outcome.fails_on(Level::Warn) {
        return None;
    }
    let (source, target) = if direction == Direction::Request { (old, new) } else { (new, old) };
    payloads_of(source)
        .into_iter()
        .filter(|payload| !mentions_foreign(payload, source) && !mentions_hidden(payload, source, direction))
        .filter(|payload| is_selected(source, payload) && !is_open_overlap(old, new, payload, direction))
        .take(400)
        .find(|payload| {
            accepts(source, payload, direction) == Some(true) && accepts(target, payload, direction) == Some(false)
        })
}

/// Whether a payload of a union with a discriminator is tagged: what is not, no document speaks of.
fn is_selected(little: &Value, payload: &Value) -> bool {
    let Some(discriminator) = discriminator(little) else { return true };
    let tags: Vec<&str> = match discriminator.get("mapping").and_then(Value::as_object) {
        Some(mapping) => mapping.keys().map(String::as_str).collect(),
        None => vec!["A", "B"],
    };
    payload.get("a").and_then(Value::as_str).is_some_and(|tag| tags.contains(&tag))
}

/// The one discriminator, wherever the edits have moved it.
fn discriminator(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(map) => map.get("discriminator").or_else(|| map.values().find_map(discriminator)),
        Value::Array(items) => items.iter().find_map(discriminator),
        _ => None,
    }
}

/// Whether a payload fits several variants of a `oneOf` only because these are open, which `overlaps` leaves alone on
/// purpose, as it does all lists.
fn is_open_overlap(old: &Value, new: &Value, payload: &Value, direction: Direction) -> bool {
    [old, new].into_iter().any(|little| {
        let variants = little["schema"].get("oneOf").and_then(Value::as_array).into_iter().flatten();
        let taking: Vec<&Value> = variants
            .filter(|variant| {
                let alone = json!({ "schema": variant, "components": little["components"] });
                accepts(&alone, payload, direction) == Some(true)
            })
            .collect();
        let declaring = taking.iter().filter(|variant| declares_all(variant, payload)).count();
        let several = taking.len() > 1 && discriminator(little).is_none();
        several && (payload.is_array() || payload.is_object() && declaring < 2)
    })
}

/// Whether a variant without references declares every property of an object.
fn declares_all(variant: &Value, payload: &Value) -> bool {
    let declared = |name: &String| variant["properties"].get(name).is_some();
    payload.as_object().is_none_or(|members| members.keys().all(declared))
}

/// `ORACLE_CASES`, or as many as usual.
fn cases(usual: u32) -> u32 {
    std::env::var("ORACLE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn run(strategy: impl Strategy<Value = Value>, usual: u32) {
    let config =
        Config { cases: cases(usual), failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&(strategy, edits()), |(old, edits)| {
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

#[test]
fn no_payload_contradicts_a_safe_verdict() {
    run(drawn(), 160);
}

#[test]
fn no_tagged_payload_contradicts_a_safe_verdict() {
    run(tagged(), 80);
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
    let objects = (prop::sample::select(vec!["oneOf", "anyOf"]), prop::collection::vec(object(), 1..4))
        .prop_map(|(key, list)| json!({ key: list }));
    let nullables = prop::collection::vec(nullable(), 1..3).prop_map(|list| json!({ "oneOf": list }));
    prop_oneof![3 => variants, 2 => tagged, 2 => scalar(), 3 => objects, 2 => object(), 1 => nullable(), 1 => nullables]
}

/// A scalar that may be null, if it has a type that tells.
fn nullable() -> impl Strategy<Value = Value> {
    scalar().prop_map(|mut schema| {
        let typed = schema.get("type").is_some() && schema.get("enum").is_none();
        set(&mut schema, "nullable", typed.then(|| json!(true)));
        schema
    })
}

/// An object that shares some properties with others, requires some, and may be closed.
fn object() -> impl Strategy<Value = Value> {
    let names = prop::sample::subsequence(vec!["a", "b", "c"], 0..4);
    (names, prop::sample::subsequence(vec!["a", "b", "c"], 0..3), prop::bool::ANY).prop_map(
        |(names, needed, closed)| {
            let properties: serde_json::Map<String, Value> =
                names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
            let mut schema = json!({ "type": "object", "properties": properties });
            let needed: Vec<&str> = needed.into_iter().filter(|name| names.contains(name)).collect();
            set(&mut schema, "required", (!needed.is_empty()).then(|| json!(needed)));
            set(&mut schema, "additionalProperties", closed.then(|| json!(false)));
            schema
        },
    )
}

/// The payload of a proof that shows it whole.
fn shown_whole(proof: &str) -> Option<Value> {
    let rest = proof.strip_prefix("POST /t 200 ").or_else(|| proof.strip_prefix("POST /t "))?;
    let ends = [" was accepted and", " may be answered now and"];
    let text = ends.iter().find_map(|end| rest.split_once(end)).map(|(text, _)| text)?;
    serde_json::from_str(text).ok()
}

#[test]
fn unions_are_judged_as_a_whole_and_no_witness_is_taken_by_the_other_document() {
    let config = Config { cases: cases(200), failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&(union_of_scalars(), union_of_scalars()), |(old, new)| {
        let (old, new) = (little(&old), little(&new));
        for direction in [Direction::Request, Direction::Response] {
            let (source, target) = if direction == Direction::Request { (&old, &new) } else { (&new, &old) };
            if let Some(payload) = contradiction(&old, &new, direction) {
                return Err(TestCaseError::fail(format!(
                    "{direction:?} judged safe, but {payload}\nold {old}\nnew {new}"
                )));
            }
            let options = Options { today: Some(jiff::civil::date(2026, 6, 1)), ..Options::default() };
            let outcome =
                compare(&document(&old, direction), &document(&new, direction), &options).expect("no references");
            for finding in outcome.findings {
                let Some(payload) = finding.witness.as_deref().and_then(shown_whole) else { continue };
                if accepts(source, &payload, direction) == Some(false)
                    || accepts(target, &payload, direction) == Some(true)
                {
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
