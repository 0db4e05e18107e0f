//! Examples and defaults: each satisfies the schema beside it. Patterns can be compiled.

use serde_json::Value;

use super::{Linter, rules};
use crate::diff::arena::NodeId;
use crate::diff::checker;
use crate::diff::law::Direction;
use crate::diff::lowered::Lowering;
use crate::diff::source::names_below;
use crate::finding::Level;

/// Whether a pattern is well-formed; one that merely grows too large to be applied here is.
fn is_understood(pattern: &str) -> bool {
    regex_syntax::parse(pattern).is_ok()
        || checker::is_valid(&serde_json::json!({ "pattern": pattern }), &Value::from("")).is_some()
}

/// A pattern as lenient readers take it (ECMA-262, Annex B): a brace that counts nothing, a hyphen beside a class of
/// letters and an escape that means nothing stand for themselves.
fn as_browsers_read(pattern: &str) -> String {
    let counts = |rest: &str| {
        let inner = rest[1..].split('}').next().unwrap_or_default();
        inner.starts_with(|first: char| first.is_ascii_digit())
            && inner.chars().all(|letter| letter.is_ascii_digit() || letter == ',')
    };
    let mut read = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let (mut class, mut set) = (false, false);
    while let Some(letter) = rest.chars().next() {
        let length = if letter == '\\' { rest.chars().take(2).map(char::len_utf8).sum() } else { letter.len_utf8() };
        let sign = &rest[..length];
        match letter {
            '-' if class && set => read.push_str("\\-"),
            '{' if !class && !counts(rest) => read.push_str("\\{"),
            '\\' if matches!(sign, "\\A" | "\\Z" | "\\z") => read.push_str(&sign[1..]),
            _ => read.push_str(sign),
        }
        set = matches!(sign, "\\w" | "\\d" | "\\s" | "\\W" | "\\D" | "\\S");
        class = (class || letter == '[') && letter != ']';
        rest = &rest[length..];
    }
    read
}

impl Linter<'_> {
    pub(super) fn examples(&mut self) {
        let mut work: Vec<(NodeId, Option<Direction>, bool)> = vec![(self.side.root(), None, false)];
        while let Some((node, direction, names)) = work.pop() {
            match self.side.value(node) {
                Value::Array(_) => work.extend(self.side.items(node).into_iter().map(|item| (item, direction, false))),
                Value::Object(_) => {
                    if !names && self.side.reference(node).is_none() {
                        self.examples_of(node, direction);
                    }
                    for (key, inner) in self.side.members(node) {
                        let Some(below) = names_below(names, key) else { continue };
                        let towards = match key {
                            _ if names => direction,
                            "requestBody" | "requestBodies" | "parameters" => Some(Direction::Request),
                            "responses" | "headers" => Some(Direction::Response),
                            _ => direction,
                        };
                        work.push((inner, towards, below));
                    }
                }
                _ => {}
            }
        }
    }

    fn examples_of(&mut self, node: NodeId, direction: Option<Direction>) {
        let holder = self.side.get(node, "schema").filter(|_| self.side.value(node).get("properties").is_none());
        if let Some(schema) = holder {
            // A parameter, header or media type: its examples stand beside the schema.
            if let Some(example) = self.side.get(node, "example") {
                self.validate(schema, example, direction, "example");
            }
            if let Some(examples) = self.side.get(node, "examples") {
                for (_, entry) in self.side.members(examples) {
                    let entry = self.side.resolved(entry);
                    if let Some(value) = self.side.get(entry, "value") {
                        self.validate(schema, value, direction, "example");
                    }
                }
            }
            return;
        }
        if !self.looks_like_schema(node) {
            return;
        }
        for (key, kind) in [("example", "example"), ("default", "default")] {
            if let Some(value) = self.side.get(node, key) {
                self.validate(node, value, direction, kind);
            }
        }
        if let Some(pattern) = self.side.text(node, "pattern")
            && !is_understood(pattern)
        {
            self.pattern_invalid(node, pattern);
        }
    }

    fn pattern_invalid(&mut self, node: NodeId, pattern: &str) {
        let title = format!("`pattern` is no regular expression: `{pattern}`");
        let at = (node, Some("pattern"));
        if is_understood(&as_browsers_read(pattern)) {
            let why = "some validators refuse it, others read it in their own way: escape what is meant as it stands";
            self.fault(&rules::PATTERN_INVALID, at, title, ("ECMA-262", "what only lenient readers take"))
                .at_level(Level::Warn)
                .because(why);
        } else {
            self.fault(&rules::PATTERN_INVALID, at, title, ("ECMA-262", "cannot be compiled"));
        }
    }

    fn looks_like_schema(&self, node: NodeId) -> bool {
        let value = self.side.value(node);
        ["type", "allOf", "oneOf", "anyOf", "enum", "properties", "items"].iter().any(|key| value.get(key).is_some())
            && value.get("in").is_none_or(|place| !place.is_string())
    }

    fn validate(&mut self, schema: NodeId, example: NodeId, direction: Option<Direction>, kind: &str) {
        let value = self.side.value(example).clone();
        if value.get("$ref").is_some() {
            return;
        }
        let lowered = Lowering::new(&mut self.side, direction).schema(schema, &value, 0);
        let Some(faults) = checker::faults(&lowered, &value) else { return };
        let Some(fault) = faults.first() else { return };
        let at = if fault.pointer.is_empty() { String::new() } else { format!(" at `{}`", fault.pointer) };
        let more = if faults.len() > 1 { format!(", and {} more faults", faults.len() - 1) } else { String::new() };
        let title = format!("the {kind} does not satisfy its schema{at}: {}{more}", fault.message);
        let values = ("a value that the schema accepts", fault.message.as_str());
        // Documents of other makers are full of stale examples, and still usable; who promises something keeps them.
        let level = if self.promises() { Level::Deny } else { Level::Warn };
        if kind == "default" {
            self.fault(&rules::DEFAULT_INVALID, (example, None), title, values).at_level(level);
        } else {
            self.fault(&rules::EXAMPLE_INVALID, (example, None), title, values).at_level(level);
        }
    }
}
