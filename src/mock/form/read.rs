//! From a schema of the document to a form.

use std::collections::{BTreeMap, HashSet};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use super::{Extra, Field, Form, Kind, Role, Roles};
use crate::contract::{Contract, Schemas};
use crate::document::escape;
use crate::mock::hint::Hint;
use crate::mock::random::Random;

pub(super) struct Reader<'a> {
    pub(super) contract: &'a Contract,
    pub(super) roles: Roles<'a>,
}

/// Schemas inside schemas that are followed at most; optional ones are left out before.
const DEEPEST: usize = 12;

/// A schema together with the parts of its `allOf`: what each keyword says first, and where.
struct Whole {
    node: Map<String, Value>,
    places: BTreeMap<String, String>,
}

impl Whole {
    fn text(&self, key: &str) -> &str {
        self.node.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn list(&self, key: &str) -> Option<&Vec<Value>> {
        self.node.get(key).and_then(Value::as_array)
    }

    fn count(&self, key: &str) -> Option<usize> {
        self.node.get(key).and_then(Value::as_u64).and_then(|x| usize::try_from(x).ok())
    }

    /// Pointer to what a keyword says.
    fn at(&self, key: &str) -> String {
        self.places.get(key).map(|place| format!("{place}/{key}")).unwrap_or_default()
    }

    /// Its type, `null` beside it aside, and whether `null` stands beside it.
    fn kind(&self) -> (&str, bool) {
        match self.node.get("type") {
            Some(Value::String(kind)) => (kind, false),
            Some(Value::Array(kinds)) => {
                let kinds = || kinds.iter().filter_map(Value::as_str);
                (kinds().find(|kind| *kind != "null").unwrap_or("null"), kinds().any(|kind| kind == "null"))
            }
            _ => ("", false),
        }
    }
}

impl Reader<'_> {
    pub(super) fn form(&self, pointer: &str, at: &str, depth: usize) -> Result<Form, (String, String)> {
        let (resolved, node) = self.contract.resolve(pointer);
        if depth > DEEPEST {
            return Err((resolved, "a required field leads back to itself without end".to_owned()));
        }
        let mut hint = None;
        if let Some(text) = node.get("x-mock").and_then(Value::as_str) {
            hint = Some(Hint::compile(text).map_err(|error| (resolved.clone(), error))?);
        }
        let role = match at {
            "" => Role::Plain,
            at if at == self.roles.key => Role::Key,
            at if at == self.roles.tenant => Role::Tenant,
            _ => Role::Plain,
        };
        let mut whole = Whole { node: Map::new(), places: BTreeMap::new() };
        self.gather(&resolved, 0, &mut whole);
        let nullable = node.get("nullable") == Some(&Value::Bool(true)) || whole.kind().1;
        let kind = self.kind(&resolved, &whole, role, at, depth)?;
        Ok(Form { kind, nullable, hint, hash: Random::hash(0, at), role, pointer: resolved })
    }

    /// What a schema and the parts of its `allOf` say.
    fn gather(&self, pointer: &str, depth: usize, whole: &mut Whole) {
        let (pointer, node) = self.contract.resolve(pointer);
        for (key, value) in node.as_object().into_iter().flatten().filter(|(key, _)| *key != "allOf") {
            if !whole.node.contains_key(key) {
                whole.node.insert(key.clone(), value.clone());
                whole.places.insert(key.clone(), pointer.clone());
            }
        }
        let parts = node.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        for index in (0..parts).filter(|_| depth < DEEPEST) {
            self.gather(&format!("{pointer}/allOf/{index}"), depth + 1, whole);
        }
    }

    fn kind(&self, pointer: &str, whole: &Whole, role: Role, at: &str, depth: usize) -> Result<Kind, (String, String)> {
        if let Some(only) = whole.node.get("const") {
            return Ok(Kind::Options(vec![only.clone()]));
        }
        if let Some(options) = whole.list("enum").or_else(|| whole.list("x-known-values")) {
            return Ok(Kind::Options(options.iter().filter(|option| !option.is_null()).cloned().collect()));
        }
        for keyword in ["anyOf", "oneOf"] {
            // A part of `allOf` that chooses among conditions does not make the whole another thing.
            let own = whole.places.get(keyword).is_some_and(|place| place == pointer);
            let Some(parts) = whole.list(keyword).filter(|_| own || !whole.node.contains_key("properties")) else {
                continue;
            };
            let parts = (0..parts.len())
                .filter(|_| depth < 6)
                .map(|index| self.form(&format!("{}/{index}", whole.at(keyword)), at, depth + 1))
                .collect::<Result<_, _>>()?;
            return Ok(Kind::Union(parts));
        }
        let said = |key: &str| whole.node.contains_key(key);
        let is_object = said("properties") || said("additionalProperties") || said("required");
        Ok(match whole.kind().0 {
            "null" => Kind::Options(vec![Value::Null]),
            "" if !is_object => Kind::Anything,
            "object" | "" => {
                let mut fields = Vec::new();
                self.members(pointer, at, depth, &mut fields)?;
                let extra = if fields.is_empty() { self.extra(whole, at, depth)? } else { None };
                Kind::Object { fields, extra }
            }
            "array" => {
                let least = whole.count("minItems").unwrap_or(0);
                let deep = depth > 4;
                let most = if deep { least } else { whole.count("maxItems").unwrap_or(least + 3).min(least + 3) };
                let item = if most == 0 && deep {
                    Form::nothing()
                } else if said("items") {
                    self.form(&whole.at("items"), &format!("{at}/-"), depth + 1)?
                } else {
                    Form { kind: Kind::Anything, hash: Random::hash(0, &format!("{at}/-")), ..Form::nothing() }
                };
                Kind::Array { item: Box::new(item), least, most: most.max(least) }
            }
            "integer" | "number" => bounds(whole),
            "boolean" => Kind::Flag,
            _ => match whole.node.get("pattern").and_then(Value::as_str) {
                Some(pattern) => Kind::Pool(pool(pattern, whole, role)),
                None => Kind::Text {
                    format: whole.text("format").to_owned(),
                    least: whole.count("minLength").unwrap_or(0),
                    most: whole.count("maxLength").unwrap_or(usize::MAX),
                },
            },
        })
    }

    /// What an object without declared members may hold.
    fn extra(&self, whole: &Whole, at: &str, depth: usize) -> Result<Option<Extra>, (String, String)> {
        let least = whole.count("minProperties").unwrap_or(0);
        let form = match whole.node.get("additionalProperties") {
            Some(Value::Bool(false)) => return Ok(None),
            Some(Value::Object(_)) if depth > 4 && least == 0 => return Ok(None),
            Some(Value::Object(_)) => {
                Some(Box::new(self.form(&whole.at("additionalProperties"), &format!("{at}/*"), depth + 1)?))
            }
            _ => None,
        };
        Ok(Some(Extra { form, least }))
    }

    /// Members of an object schema and of the parts of its `allOf`, in document order.
    fn members(&self, pointer: &str, at: &str, depth: usize, fields: &mut Vec<Field>) -> Result<(), (String, String)> {
        let (pointer, node) = self.contract.resolve(pointer);
        for index in 0..node.get("allOf").and_then(Value::as_array).map_or(0, Vec::len) {
            self.members(&format!("{pointer}/allOf/{index}"), at, depth, fields)?;
        }
        let required: Vec<&str> =
            node.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for name in node.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            let is_required = required.contains(&name.as_str());
            if depth > 5 && !is_required {
                continue;
            }
            let form = self.form(
                &format!("{pointer}/properties/{}", escape(name)),
                &format!("{at}/{}", escape(name)),
                depth + 1,
            )?;
            fields.retain(|field| field.name != *name);
            fields.push(Field { name: name.clone(), required: is_required, form });
        }
        for field in fields.iter_mut().filter(|field| required.contains(&field.name.as_str())) {
            field.required = true;
        }
        Ok(())
    }
}

fn bounds(schema: &Whole) -> Kind {
    let node = &schema.node;
    let whole = schema.kind().0 == "integer";
    let bound = |key: &str, exclusive: &str, step: f64| {
        let by = if node.get(exclusive) == Some(&Value::Bool(true)) { step } else { 0.0 };
        node.get(key).and_then(Value::as_f64).map(|x| x + by)
    };
    let tick = if whole { 1.0 } else { 0.01 };
    let low = bound("minimum", "exclusiveMinimum", tick);
    let high = bound("maximum", "exclusiveMaximum", -tick);
    let (low, high) = match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, low + 40.0),
        (None, Some(high)) => ((high - 40.0).max(0.0).min(high), high),
        (None, None) => (0.0, 40.0),
    };
    let step = node.get("multipleOf").and_then(Value::as_f64).filter(|step| *step >= 1.0).unwrap_or(1.0);
    Kind::Figure { whole, low, high, step }
}

/// Texts of a pattern, drawn once: those that the whole schema takes.
fn pool(pattern: &str, whole: &Whole, role: Role) -> Vec<Value> {
    let schemas = Schemas::new(&json!({"schema": whole.node})).ok();
    let checker = schemas.and_then(|schemas| schemas.checker("/schema").ok());
    let fits = |text: &Value| checker.as_ref().is_none_or(|checker| checker.is_valid(text));
    // Keys have to differ; of other texts a few are enough.
    let (wanted, most) = if role == Role::Key { (5_500, 12_000) } else { (64, 640) };
    let mut known = HashSet::new();
    let fresh = |text: &String| role != Role::Key || known.insert(text.clone());
    let mut drawn: Vec<Value> = drawn(pattern, most).filter(fresh).map(Value::from).filter(fits).take(wanted).collect();
    // A decimal that holds no digit fits many a pattern and is none.
    let is_number = |text: &Value| text.as_str().is_some_and(|text| text.parse::<f64>().is_ok());
    if whole.text("format") == "decimal" && drawn.iter().any(is_number) {
        drawn.retain(is_number);
    }
    if drawn.is_empty() {
        drawn.extend(whole.node.get("example").cloned());
    }
    drawn
}

/// Texts of a pattern, the same ones each time.
fn drawn(pattern: &str, count: usize) -> impl Iterator<Item = String> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let strategy = proptest::string::string_regex(&generative(pattern)).ok();
    (0..count).map_while(move |_| Some(strategy.as_ref()?.new_tree(&mut runner).ok()?.current()))
}

/// A pattern as the generator takes it: without anchors, and with the classes of ECMA 262, which are ASCII.
fn generative(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let (mut letters, mut in_class) = (pattern.chars(), false);
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('d') => text.push_str("[0-9]"),
                Some('w') => text.push_str("[A-Za-z0-9_]"),
                Some('s') => text.push_str("[ ]"),
                // A boundary is no character; what is drawn is judged anyway.
                Some('b' | 'B') if !in_class => {}
                Some('/') => text.push('/'),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            '^' | '$' if !in_class => {}
            _ => {
                in_class = match letter {
                    '[' => true,
                    ']' => false,
                    _ => in_class,
                };
                text.push(letter);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_drawn_in_ascii_and_without_anchors() {
        assert_eq!(generative(r"^-?\d{0,8}(?:\.\d{0,2})?$"), r"-?[0-9]{0,8}(?:\.[0-9]{0,2})?");
        assert_eq!(generative(r"^(a|b)$|^[^\d$]+$"), "(a|b)|[^[0-9]$]+");
        for text in drawn(r"^-?\d{0,8}(?:\.\d{0,2})?$", 50) {
            assert!(text.is_ascii() && text.len() <= 12, "{text}");
        }
        assert_eq!(drawn("^(?!no)x$", 5).count(), 0, "what cannot be drawn is left to the example");
    }
}
