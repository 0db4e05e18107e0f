//! Schemas as shapes: which members a record may have, which rules and known values hang on them.
//!
//! Validators say whether a body fits; shapes say what there is to look at. One node per schema of the document, so that
//! recursion is an edge and nothing is inlined.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::semantics::RuleClause;
use super::{Contract, ContractError, Expression};
use crate::document::escape;

/// Index of a node in [`Shapes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeId(usize);

/// One schema of the document.
#[derive(Debug, Default)]
pub struct Shape {
    /// Its own index.
    pub id: ShapeId,
    /// Pointer to the schema, references resolved.
    pub pointer: String,
    /// Declared members.
    pub members: IndexMap<String, ShapeId>,
    /// Names that are required here.
    pub required: Vec<String>,
    /// Shape of array items.
    pub items: Option<ShapeId>,
    /// Whether undeclared members are declared to be welcome (`additionalProperties`), with their shape.
    pub open: Option<Option<ShapeId>>,
    /// `allOf`, `anyOf`, `oneOf` parts.
    pub parts: Vec<ShapeId>,
    /// Rules on this object.
    pub rules: Vec<Rule>,
    /// Values of its enumeration.
    pub options: Vec<Value>,
    /// Known values of an open enumeration.
    pub known: Vec<Value>,
    /// Whether it is declared `integer`.
    pub integer: bool,
}

/// A compiled rule.
#[derive(Debug, PartialEq)]
pub struct Rule {
    /// The clause.
    pub clause: RuleClause,
    /// Pointer to the clause.
    pub pointer: String,
    /// Its expression.
    pub rule: Expression,
    /// Its condition.
    pub when: Option<Expression>,
}

impl Rule {
    /// Whether it speaks of more than the object that it stands on.
    #[must_use]
    pub fn looks_around(&self) -> bool {
        let expressions = self.when.iter().chain([&self.rule]);
        expressions.into_iter().any(|one| one.reads("request") || one.reads("response"))
    }

    fn reads_request(&self) -> bool {
        self.when.iter().chain([&self.rule]).any(|one| one.reads("request"))
    }

    /// Whether it reads more of the answer than its body and its status.
    fn reads_headers(&self) -> bool {
        let more = |one: &Expression| one.text().replace("response.status", "").contains("response");
        self.when.iter().chain([&self.rule]).any(|one| one.reads("response") && more(one))
    }
}

/// What walks over a body with the shapes that describe it.
pub trait Visitor {
    /// Whether to look into a value at all.
    fn enter(&mut self, _pointer: &str, _value: &Value, _ids: &[ShapeId]) -> bool {
        true
    }

    /// Looks at a value.
    fn visit(&mut self, pointer: &str, value: &Value, shapes: &[&Shape]);

    /// Everything inside an entered value was visited.
    fn leave(&mut self, _pointer: &str) {}
}

impl<F: FnMut(&str, &Value, &[&Shape])> Visitor for F {
    fn visit(&mut self, pointer: &str, value: &Value, shapes: &[&Shape]) {
        self(pointer, value, shapes);
    }
}

/// All shapes of a document.
#[derive(Debug, Default)]
pub struct Shapes {
    nodes: Vec<Shape>,
    ids: HashMap<String, ShapeId>,
    reads_request: bool,
    reads_headers: bool,
}

impl Shapes {
    /// The node of an id.
    #[must_use]
    pub fn get(&self, id: ShapeId) -> &Shape {
        &self.nodes[id.0]
    }

    /// The node of a schema pointer that has been interned.
    #[must_use]
    pub fn find(&self, pointer: &str) -> Option<ShapeId> {
        self.ids.get(pointer).copied()
    }

    /// Whether a rule reads the request.
    #[must_use]
    pub fn reads_request(&self) -> bool {
        self.reads_request
    }

    /// Whether a rule reads the headers of the answer.
    #[must_use]
    pub fn reads_headers(&self) -> bool {
        self.reads_headers
    }

    /// Interns the schema at a pointer and everything it reaches.
    pub(super) fn intern(&mut self, contract: &Contract, pointer: &str, problems: &mut ContractError) -> ShapeId {
        let (pointer, schema) = contract.resolve(pointer);
        if let Some(id) = self.ids.get(&pointer) {
            return *id;
        }
        let id = ShapeId(self.nodes.len());
        self.ids.insert(pointer.clone(), id);
        self.nodes.push(Shape { id, ..Shape::default() });
        let Some(members) = schema.as_object() else {
            self.nodes[id.0].pointer = pointer;
            return id;
        };
        let mut shape = Shape {
            id,
            options: list(members.get("enum")),
            known: list(members.get("x-known-values")),
            integer: members.get("type").and_then(Value::as_str) == Some("integer"),
            required: list(members.get("required")).iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            rules: compile(contract, &pointer, members.get("x-rules"), problems),
            ..Shape::default()
        };
        self.reads_request |= shape.rules.iter().any(Rule::reads_request);
        self.reads_headers |= shape.rules.iter().any(Rule::reads_headers);
        if let Some(Value::Object(properties)) = members.get("properties") {
            for name in properties.keys() {
                let at = format!("{pointer}/properties/{}", escape(name));
                shape.members.insert(name.clone(), self.intern(contract, &at, problems));
            }
        }
        if members.contains_key("items") {
            shape.items = Some(self.intern(contract, &format!("{pointer}/items"), problems));
        }
        shape.open = match members.get("additionalProperties") {
            Some(Value::Object(_)) => {
                Some(Some(self.intern(contract, &format!("{pointer}/additionalProperties"), problems)))
            }
            Some(Value::Bool(true)) => Some(None),
            // An object of which nothing is said is free-form.
            None if shape.members.is_empty() => Some(None),
            _ => None,
        };
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for index in 0..members.get(keyword).and_then(Value::as_array).map_or(0, Vec::len) {
                let at = format!("{pointer}/{keyword}/{index}");
                shape.parts.push(self.intern(contract, &at, problems));
            }
        }
        shape.pointer = pointer;
        self.nodes[id.0] = shape;
        id
    }

    /// This node and all its parts, each once.
    #[must_use]
    pub fn with_parts(&self, id: ShapeId) -> Vec<&Shape> {
        let mut seen = vec![id];
        let mut at = 0;
        while at < seen.len() {
            for part in &self.get(seen[at]).parts {
                if !seen.contains(part) {
                    seen.push(*part);
                }
            }
            at += 1;
        }
        seen.into_iter().map(|id| self.get(id)).collect()
    }

    /// Visits every value of a body with the shapes that describe it; a closure `(pointer, value, shapes)` will do.
    pub fn visit(&self, id: ShapeId, body: &Value, visitor: &mut dyn Visitor) {
        self.visit_at(&[id], body, &mut String::new(), visitor, 0);
    }

    fn visit_at(&self, ids: &[ShapeId], value: &Value, pointer: &mut String, visitor: &mut dyn Visitor, depth: usize) {
        if depth > 64 || !visitor.enter(pointer, value, ids) {
            return;
        }
        let shapes: Vec<&Shape> = ids.iter().flat_map(|id| self.with_parts(*id)).collect();
        visitor.visit(pointer, value, &shapes);
        self.visit_inside(&shapes, value, pointer, visitor, depth);
        visitor.leave(pointer);
    }

    fn visit_inside(
        &self,
        shapes: &[&Shape],
        value: &Value,
        pointer: &mut String,
        visitor: &mut dyn Visitor,
        depth: usize,
    ) {
        let length = pointer.len();
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let mut inner: Vec<ShapeId> =
                        shapes.iter().filter_map(|shape| shape.members.get(name).copied()).collect();
                    if inner.is_empty() {
                        inner = shapes.iter().filter_map(|shape| shape.open.flatten()).collect();
                    }
                    if !inner.is_empty() {
                        pointer.push('/');
                        pointer.push_str(&escape(name));
                        self.visit_at(&inner, member, pointer, visitor, depth + 1);
                        pointer.truncate(length);
                    }
                }
            }
            Value::Array(items) => {
                let inner: Vec<ShapeId> = shapes.iter().filter_map(|shape| shape.items).collect();
                if inner.is_empty() {
                    return;
                }
                for (index, item) in items.iter().enumerate() {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    self.visit_at(&inner, item, pointer, visitor, depth + 1);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }

    /// The shape at a JSON pointer of an instance, e.g. `/customers/0/status`; `-` or a number enters an array.
    #[must_use]
    pub fn at(&self, id: ShapeId, pointer: &str) -> Option<ShapeId> {
        let mut at = id;
        for segment in pointer.split('/').skip(1) {
            let name = crate::document::unescape(segment);
            let shapes = self.with_parts(at);
            at = shapes
                .iter()
                .find_map(|shape| shape.members.get(&name).copied())
                .or_else(|| shapes.iter().find_map(|shape| shape.items))
                .or_else(|| shapes.iter().find_map(|shape| shape.open.flatten()))?;
        }
        Some(at)
    }

    /// Every node, in the order in which they were interned.
    pub fn iter(&self) -> impl Iterator<Item = &Shape> {
        self.nodes.iter()
    }
}

fn list(value: Option<&Value>) -> Vec<Value> {
    value.and_then(Value::as_array).cloned().unwrap_or_default()
}

fn compile(contract: &Contract, pointer: &str, rules: Option<&Value>, problems: &mut ContractError) -> Vec<Rule> {
    let mut compiled = Vec::new();
    for (index, text) in rules.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let at = format!("{pointer}/x-rules/{index}");
        let clause: RuleClause = match serde_json::from_value(text.clone()) {
            Ok(clause) => clause,
            Err(error) => {
                problems.push(contract, &at, format!("unreadable rule: {error}"), "see openapi/README.md, `x-rules`");
                continue;
            }
        };
        let mut build = |text: &str, keyword: &str| {
            Expression::compile(text)
                .map_err(|error| {
                    let message = format!("`{keyword}` of rule `{}` is no CEL: {error}", clause.id);
                    problems.push(contract, &format!("{at}/{keyword}"), message, "mend the expression");
                })
                .ok()
        };
        let Some(rule) = build(&clause.rule, "rule") else { continue };
        let when = match &clause.when {
            Some(text) => match build(text, "when") {
                Some(when) => Some(when),
                None => continue,
            },
            None => None,
        };
        compiled.push(Rule { clause, pointer: at, rule, when });
    }
    compiled
}
