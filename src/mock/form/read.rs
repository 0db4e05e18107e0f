//! From a schema of the document to a form.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value};

use super::{Field, Form, Kind, Role, Roles};
use crate::contract::Contract;
use crate::document::escape;
use crate::mock::hint::Hint;
use crate::mock::random::Random;

pub(super) struct Reader<'a> {
    pub(super) contract: &'a Contract,
    pub(super) roles: Roles<'a>,
}

impl Reader<'_> {
    pub(super) fn form(&self, pointer: &str, at: &str, depth: usize) -> Result<Form, (String, String)> {
        let (resolved, node) = self.contract.resolve(pointer);
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
        let nullable = node.get("nullable") == Some(&Value::Bool(true));
        let kind = self.kind(&resolved, node, at, depth)?;
        Ok(Form { kind, nullable, hint, hash: Random::hash(0, at), role, pointer: resolved })
    }

    fn kind(&self, pointer: &str, node: &Value, at: &str, depth: usize) -> Result<Kind, (String, String)> {
        if let Some(options) = node.get("enum").or_else(|| node.get("x-known-values")).and_then(Value::as_array) {
            return Ok(Kind::Options(options.iter().filter(|option| !option.is_null()).cloned().collect()));
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(parts) = node.get(keyword).and_then(Value::as_array) {
                let parts = (0..parts.len())
                    .filter(|_| depth < 6)
                    .map(|index| self.form(&format!("{pointer}/{keyword}/{index}"), at, depth + 1))
                    .collect::<Result<_, _>>()?;
                return Ok(Kind::Union(parts));
            }
        }
        let text = |key: &str| node.get(key).and_then(Value::as_str).unwrap_or_default();
        let whole = |key: &str| node.get(key).and_then(Value::as_u64).and_then(|x| usize::try_from(x).ok());
        let is_object = node.get("properties").is_some() || node.get("allOf").is_some();
        Ok(match text("type") {
            "" if !is_object => Kind::Anything,
            "object" | "" => {
                let mut fields = Vec::new();
                self.members(pointer, at, depth, &mut fields)?;
                let free = fields.is_empty() && node.get("additionalProperties") != Some(&Value::Bool(false));
                Kind::Object { fields, free }
            }
            "array" => {
                let least = whole("minItems").unwrap_or(0);
                let most = if depth > 4 { least } else { whole("maxItems").unwrap_or(least + 3).min(least + 3) };
                let item = Box::new(self.form(&format!("{pointer}/items"), &format!("{at}/-"), depth + 1)?);
                Kind::Array { item, least, most }
            }
            "integer" | "number" => bounds(node),
            "boolean" => Kind::Flag,
            _ => match node.get("pattern").and_then(Value::as_str) {
                Some(pattern) => pool(pattern, node.get("example")),
                None => Kind::Text {
                    format: text("format").to_owned(),
                    least: whole("minLength").unwrap_or(0),
                    most: whole("maxLength").unwrap_or(usize::MAX),
                },
            },
        })
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
            if depth > 12 {
                return Err((pointer, "a required field leads back to itself without end".to_owned()));
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

fn bounds(node: &Value) -> Kind {
    let whole = node.get("type").and_then(Value::as_str) == Some("integer");
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

/// Texts of a pattern, drawn once.
fn pool(pattern: &str, example: Option<&Value>) -> Kind {
    let inner = pattern.strip_prefix('^').unwrap_or(pattern);
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let drawn = proptest::string::string_regex(inner).ok().map(|strategy| {
        let draws = (0..64).filter_map(|_| strategy.new_tree(&mut runner).ok().map(|tree| Value::from(tree.current())));
        draws.collect::<Vec<_>>()
    });
    Kind::Pool(drawn.filter(|drawn| !drawn.is_empty()).unwrap_or_else(|| example.cloned().into_iter().collect()))
}
