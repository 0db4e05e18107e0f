//! What a refused request gets: a documented status, and a body that its schema and rules allow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::ask::Refused;
use super::blueprint::Blueprint;
use super::exchange::Answer;
use super::form::{Filling, Form, Optionals, Roles};
use super::habits::Habits;
use super::population::broken_rule;
use crate::contract::semantics::Refusal;
use crate::contract::{Contract, Media, Operation, is_json};

/// Bodies by operation, status and reason.
type Bodies = HashMap<(usize, u16, &'static str), Arc<str>>;

/// Writes refusals; each body is made once.
#[derive(Debug, Default)]
pub(crate) struct Clerk {
    made: Mutex<Bodies>,
}

impl Refused {
    fn word(&self) -> &'static str {
        match self {
            Self::NoCredential => "credential",
            Self::WrongCredential => "wrong",
            Self::NoTenant => "tenant",
            Self::Foreign => "foreign",
            Self::NotFound => "found",
            Self::Invalid(_) => "invalid",
        }
    }

    fn clause<'a>(&self, contract: &'a Contract) -> Option<&'a Refusal> {
        let refusals = &contract.root.refusals;
        match self {
            Self::NoCredential | Self::WrongCredential => refusals.unauthenticated.as_ref(),
            Self::NoTenant => refusals.no_tenant.as_ref().or(refusals.foreign.as_ref()),
            Self::Foreign => refusals.foreign.as_ref().or(refusals.not_found.as_ref()),
            Self::NotFound => refusals.not_found.as_ref(),
            Self::Invalid(_) => refusals.invalid.as_ref(),
        }
    }

    /// Whether an operation documents a status for it.
    pub(crate) fn is_documented(&self, contract: &Contract, operation: &Operation) -> bool {
        self.statuses(contract).into_iter().any(|status| operation.response(status).is_some())
    }

    /// The statuses of its class, the expected ones first.
    fn statuses(&self, contract: &Contract) -> Vec<u16> {
        match self.clause(contract) {
            Some(clause) => clause.statuses.iter().chain(&clause.tolerated).copied().collect(),
            None => self.customary().to_vec(),
        }
    }

    fn customary(&self) -> &'static [u16] {
        match self {
            Self::NoCredential | Self::WrongCredential => &[401, 403],
            Self::NoTenant => &[403, 400, 401],
            Self::Foreign | Self::NotFound => &[404, 403],
            Self::Invalid(_) => &[400, 422],
        }
    }
}

impl Clerk {
    /// The answer to a refused request.
    pub(crate) fn refuse(&self, blueprint: &Blueprint, operation: usize, refused: &Refused, habits: &Habits) -> Answer {
        let declared = &blueprint.contract.operations[operation];
        let status = status(&blueprint.contract, declared, refused, habits);
        self.answer(blueprint, operation, status, refused.word(), habits)
    }

    /// An error answer of a status with a documented body, if the operation documents one.
    pub(crate) fn answer(
        &self,
        blueprint: &Blueprint,
        operation: usize,
        status: u16,
        word: &'static str,
        habits: &Habits,
    ) -> Answer {
        let declared = &blueprint.contract.operations[operation];
        let media = declared.response(status).and_then(|response| {
            response.media.iter().find(|media| is_json(&media.name)).or_else(|| response.media.first())
        });
        let Some(media) = media else {
            return match declared.response(status) {
                Some(_) => Answer { status, ..Answer::default() },
                None => self.like_others(blueprint, operation, status, word, habits),
            };
        };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let text = made.entry((operation, status, word)).or_insert_with(|| {
            body(&blueprint.contract, declared, media, status, word, habits.error).to_string().into()
        });
        let mut answer = Answer::json(status, &media.name, text.as_bytes().to_vec());
        required_headers(&blueprint.contract, declared, status, &mut answer);
        answer
    }

    /// A status that the operation does not document: a body like that of its other errors.
    fn like_others(
        &self,
        blueprint: &Blueprint,
        operation: usize,
        status: u16,
        word: &'static str,
        habits: &Habits,
    ) -> Answer {
        let declared = &blueprint.contract.operations[operation];
        let near = [404, 400, 403, 422, 401, 500].into_iter().find(|near| declared.response(*near).is_some());
        match near {
            Some(near) => Answer { status, ..self.answer(blueprint, operation, near, word, habits) },
            None => Answer::json(status, "application/json", json!({"error": "not available"}).to_string()),
        }
    }
}

/// The status of a refusal: the first of its class that the operation documents.
fn status(contract: &Contract, operation: &Operation, refused: &Refused, habits: &Habits) -> u16 {
    let mut statuses = refused.statuses(contract);
    let first = statuses.first().copied().unwrap_or(400);
    statuses.retain(|status| operation.response(*status).is_some());
    let last = statuses.len().saturating_sub(1);
    statuses.get(habits.status.min(last)).copied().unwrap_or(first)
}

/// Headers that a response declares as required, such as `Retry-After`.
fn required_headers(contract: &Contract, operation: &Operation, status: u16, answer: &mut Answer) {
    let Some(response) = operation.response(status) else { return };
    let pointer = format!("{}/headers", response.pointer);
    for name in contract.document.at(&pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        let (_, header) = contract.resolve(&format!("{pointer}/{}", crate::document::escape(name)));
        let value = if name.eq_ignore_ascii_case("retry-after") { "1" } else { "x" };
        if header.get("required") == Some(&Value::Bool(true)) {
            answer.set_header(&name.to_ascii_lowercase(), value);
        }
    }
}

/// A body that fits: an example of the response, or one made from its schema.
pub(crate) fn body(
    contract: &Contract,
    operation: &Operation,
    media: &Media,
    status: u16,
    word: &str,
    choice: usize,
) -> Value {
    let Some(schema) = &media.schema else { return json!({"error": "not available"}) };
    let shape = contract.shapes.find(&contract.resolve(schema).0);
    let response = json!({"status": status, "headers": {"content-type": media.name}});
    let request = json!({"method": operation.method, "path": operation.path, "query": {}, "headers": {}});
    let lawful = |candidate: &Value| {
        let variables: [(&str, &Value); 2] = [("request", &request), ("response", &response)];
        contract.checker(schema).is_none_or(|checker| checker.is_valid(candidate))
            && shape.is_none_or(|shape| broken_rule(contract, shape, candidate, &variables).is_none())
    };
    let mut examples = examples(contract, schema, word);
    examples.retain(|candidate| lawful(candidate));
    if choice == 0
        && let Some(example) = examples.first()
    {
        return example.clone();
    }
    let mut candidates = made_up(contract, schema, status);
    candidates.retain(|candidate| lawful(candidate));
    examples.extend(candidates);
    let last = examples.len().saturating_sub(1);
    examples.get(choice.min(last)).cloned().unwrap_or_else(|| json!({"error": "not available"}))
}

/// Examples of a response; those whose name or text speaks of the cause come first.
fn examples(contract: &Contract, schema: &str, word: &str) -> Vec<Value> {
    let Some(media) = schema.strip_suffix("/schema") else { return Vec::new() };
    let mut named: Vec<(bool, Value)> = Vec::new();
    if let Some(example) = contract.document.at(&format!("{media}/example")) {
        named.push((false, example.clone()));
    }
    let pointer = format!("{media}/examples");
    for name in contract.document.at(&pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        let (at, _) = contract.resolve(&format!("{pointer}/{}", crate::document::escape(name)));
        if let Some(value) = contract.document.at(&format!("{at}/value")) {
            named.push((name.to_ascii_lowercase().contains(word), value.clone()));
        }
    }
    named.sort_by_key(|(speaks, _)| !*speaks);
    named.into_iter().map(|(_, value)| value).collect()
}

/// Bodies from a schema: each alternative, with each enumerated value, whole numbers being the status.
fn made_up(contract: &Contract, schema: &str, status: u16) -> Vec<Value> {
    let Ok(form) = Form::read(contract, schema, Roles { key: "/", tenant: "/" }) else { return Vec::new() };
    let mut bodies = Vec::new();
    for alternative in form.alternatives() {
        for optionals in [Optionals::None, Optionals::All] {
            let filling = Filling {
                hash: 1,
                i: 0,
                n: 1,
                tenant: "",
                keys: std::rc::Rc::default(),
                optionals,
                style: 0,
                until: None,
            };
            let mut variants = vec![alternative.plain(&filling)];
            settle(alternative, "", status, &mut variants);
            bodies.extend(variants);
        }
    }
    bodies
}

fn settle(form: &Form, at: &str, status: u16, variants: &mut Vec<Value>) {
    for (name, _, inner) in form.fields() {
        let pointer = format!("{at}/{}", crate::document::escape(name));
        if !variants.iter().any(|variant| variant.pointer(&pointer).is_some()) {
            continue;
        }
        if inner.is_figure() {
            variants.iter_mut().for_each(|variant| super::exchange::set_at(variant, &pointer, Value::from(status)));
        }
        let options = inner.options();
        if !options.is_empty() && variants.len() * options.len() <= 256 {
            let spread = |variant: &Value| {
                let set = |option: &Value| {
                    let mut variant = variant.clone();
                    super::exchange::set_at(&mut variant, &pointer, option.clone());
                    variant
                };
                options.iter().map(set).collect::<Vec<_>>()
            };
            *variants = variants.iter().flat_map(spread).collect();
        }
        settle(inner, &pointer, status, variants);
    }
}
