//! Every rule is tried on made-up records, as the embedded server makes them: one that cannot be evaluated, or is never
//! asked, checks nothing.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::semantics::paths_of;
use super::{Linter, rules};
use crate::contract::{Contract, Rule, Scope, Shape, Truth};
use crate::diff::arena::NodeId;
use crate::finding::Level;
use crate::mock::{self, MockError};

/// Records of each resource that are made up.
const RECORDS: usize = 120;

/// What became of one rule.
#[derive(Default)]
struct Tried {
    /// Whether some record had all fields that its condition reads.
    could: bool,
    asked: usize,
    held: usize,
    undefined: Option<String>,
    /// How often it was undefined.
    erred: usize,
    /// Why its condition could not be evaluated on a record that has all fields that it reads.
    unasked: Option<String>,
    /// Whether the condition was false on some record, which is an answer.
    declined: bool,
}

impl Linter<'_> {
    /// Tries the rules; only where a document promises something in `x-contract`, and nothing graver was found.
    pub(super) fn rehearsal(&mut self) {
        let root = self.side.root();
        let grave = self.found.iter().any(|fault| fault.finding.level == Level::Deny);
        if grave || !self.promises() || self.side.workspace().documents().len() > 1 {
            return;
        }
        let main = self.side.workspace().main();
        let document = main.clone();
        let name =
            Path::new(main.path()).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let contract = match Contract::from_document(&name, document) {
            Ok(contract) => contract,
            Err(error) => {
                let title = format!("the document cannot be used as a contract: {}", first_line(&error.to_string()));
                self.fault(&rules::CONTRACT_UNUSABLE, (root, None), title, ("a usable contract", "none"));
                return;
            }
        };
        self.sendable(&contract);
        match mock::specimens(&contract, RECORDS) {
            Ok(records) => self.try_rules(&contract, &records),
            Err(error) => self.unmade(&contract, &error),
        }
    }

    /// Told where the hint stands that led there; without one, a schema that nobody made for the embedded server.
    fn unmade(&mut self, contract: &Contract, error: &MockError) {
        let text = error.to_string();
        let (node, said) = match error {
            MockError::Document { place, message } => (self.side.at(0, &place.pointer), message.as_str()),
            MockError::Unlawful { resource, pointer, .. } => {
                let field = pointer.as_deref().and_then(|pointer| self.field_of(contract, resource, pointer));
                (field, text.as_str())
            }
            MockError::Listen(_) => (None, text.as_str()),
        };
        let hinted = node.is_some_and(|node| self.side.value(node).get("x-mock").is_some());
        let level = if hinted { Level::Deny } else { Level::Warn };
        let root = self.side.root();
        let at = match node {
            Some(node) => (node, hinted.then_some("x-mock")),
            None => (root, Some("x-contract")),
        };
        let title = format!("no lawful record could be made up: {}", first_line(said));
        self.fault(&rules::RECORD_UNMADE, at, title, ("lawful records", "none")).at_level(level);
    }

    /// The schema of a field of a resource.
    fn field_of(&mut self, contract: &Contract, resource: &str, pointer: &str) -> Option<NodeId> {
        let schema = contract.resource(resource)?.schema.strip_prefix('#')?.to_owned();
        let schema = self.side.at(0, &schema)?;
        self.at_pointer(schema, pointer).first().copied()
    }

    fn try_rules(&mut self, contract: &Contract, records: &BTreeMap<String, Vec<Value>>) {
        let mut tried: BTreeMap<String, Tried> = BTreeMap::new();
        for (resource, list) in records {
            let Some(resource) = contract.resource(resource) else { continue };
            let schema = resource.schema.strip_prefix('#').unwrap_or(&resource.schema);
            let Some(shape) = contract.shapes.find(&contract.resolve(schema).0) else { continue };
            let expanded = expanded(contract, records, list);
            for record in list.iter().chain(&expanded) {
                contract.shapes.visit(shape, record, &mut |_: &str, value: &Value, shapes: &[&Shape]| {
                    if !value.is_object() {
                        return;
                    }
                    let scope = Scope::new(&[("self", value), ("root", record)]);
                    for rule in shapes.iter().flat_map(|shape| &shape.rules).filter(|rule| !rule.looks_around()) {
                        try_one(rule, &scope, value, tried.entry(rule.pointer.clone()).or_default());
                    }
                });
            }
        }
        for (pointer, tried) in tried {
            let Some(node) = self.side.at(0, &pointer) else { continue };
            let name = self.side.text(node, "id").unwrap_or("rule").to_owned();
            if let Some(reason) = tried.undefined {
                let count = format!("{} of {} lawful records", tried.erred, tried.asked);
                let title = format!("the rule `{name}` cannot be evaluated on {count}: {}", first_line(&reason));
                self.fault(&rules::RULE_ERRS, (node, Some("rule")), title, ("true or false", &reason));
            } else if let Some(reason) = tried.unasked.filter(|_| tried.asked == 0 && !tried.declined) {
                let title = format!("the condition of `{name}` cannot be evaluated: {}", first_line(&reason));
                let why = "a rule whose condition errs is never asked, and that shows nowhere";
                self.fault(&rules::RULE_ERRS, (node, Some("when")), title, ("true or false", &reason)).because(why);
            } else if tried.asked == 0 && tried.could {
                let title = format!("the rule `{name}` is asked on none of {RECORDS} made-up records");
                self.fault(&rules::RULE_NEVER_ASKED, (node, Some("when")), title, ("true for some record", "never"));
            } else if tried.asked > 0 && tried.held == 0 && self.side.text(node, "group").is_none() {
                let title = format!("the rule `{name}` is true on none of {} made-up records", tried.asked);
                self.fault(&rules::RULE_NEVER_TRUE, (node, Some("rule")), title, ("true for a lawful record", "never"));
            }
        }
    }
}

/// Records with the additions that operations make to them when asked, as far as they name the record that they add.
fn expanded(contract: &Contract, records: &BTreeMap<String, Vec<Value>>, list: &[Value]) -> Vec<Value> {
    let mut found = Vec::new();
    for expand in contract.operations.iter().flat_map(|operation| &operation.clause.expands) {
        let Some((inner, own)) = expand.agrees.first() else { continue };
        let inner = inner.strip_prefix(expand.adds.as_str()).unwrap_or(inner);
        let others = expand.resource.as_ref().and_then(|name| records.get(name)).map_or(list, Vec::as_slice);
        for record in list {
            let Some(wanted) = record.pointer(own).filter(|wanted| !wanted.is_null()) else { continue };
            let related = others.iter().find(|other| other.pointer(inner) == Some(wanted));
            let name = expand.adds.strip_prefix('/').filter(|name| !name.contains('/'));
            if let (Some(related), Some(name), Some(members)) = (related, name, record.as_object()) {
                let mut members = members.clone();
                members.insert(name.to_owned(), related.clone());
                found.push(Value::Object(members));
            }
        }
    }
    found
}

fn try_one(rule: &Rule, scope: &Scope<'_>, value: &Value, tried: &mut Tried) {
    let could = rule.when.as_ref().is_none_or(|when| has_what_is_read(when.text(), value));
    tried.could |= could;
    match rule.when.as_ref().map(|when| when.truth_in(scope)) {
        None | Some(Truth::Holds) => {}
        Some(Truth::Broken) => {
            tried.declined = true;
            return;
        }
        Some(Truth::Undefined(reason)) => {
            if could {
                tried.unasked.get_or_insert_with(|| reason.to_string());
            }
            return;
        }
    }
    tried.asked += 1;
    match rule.rule.truth_in(scope) {
        Truth::Holds => tried.held += 1,
        Truth::Broken => {}
        Truth::Undefined(reason) => {
            tried.erred += 1;
            tried.undefined.get_or_insert_with(|| reason.to_string());
        }
    }
}

/// Whether a value has all fields of its own that an expression reads.
fn has_what_is_read(text: &str, value: &Value) -> bool {
    let paths = paths_of(text, "self");
    paths.iter().filter_map(|path| path.first()).all(|name| value.get(name).is_some_and(|inner| !inner.is_null()))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
