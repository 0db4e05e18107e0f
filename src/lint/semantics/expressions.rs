//! CEL: every expression compiles, calls functions that exist, and reads fields that are declared.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use cel::Program;
use regex::Regex;

use crate::contract::FUNCTIONS;
use crate::diff::arena::NodeId;
use crate::document::escape;
use crate::lint::{Linter, rules};
use crate::mock::HINT_FUNCTIONS;

/// Functions of the CEL standard that the `cel` crate has.
const STANDARD: [&str; 19] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "has",
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "max",
    "min",
];
/// What rules are given beside the object they stand on, by `openapi/README.md`.
const SURROUNDINGS: [(&str, &[&str]); 2] =
    [("request", &["method", "path", "query", "headers"]), ("response", &["status", "headers"])];
impl Linter<'_> {
    /// All `x-rules` of all schemas.
    pub(super) fn rules(&mut self) {
        let headers = self.header_parameters();
        let mut work = vec![self.side.root()];
        while let Some(node) = work.pop() {
            if self.side.text(node, "x-mock").is_some() {
                self.expression(node, "x-mock", &["self", "root", "i", "n", "tenant", "style"], None);
            }
            if let Some(rules) = self.side.get(node, "x-rules") {
                self.rule_ids(rules);
                for rule in self.side.items(rules) {
                    self.rule(node, rule, &headers);
                }
            }
            work.extend(self.side.items(node));
            let members = self.side.members(node);
            work.extend(
                members
                    .into_iter()
                    .filter(|(key, _)| !key.starts_with("x-") && *key != "example")
                    .map(|(_, inner)| inner),
            );
        }
    }

    /// Names of the header parameters that any operation declares, in lower case.
    fn header_parameters(&mut self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut work = vec![self.side.root()];
        while let Some(node) = work.pop() {
            if self.side.text(node, "in") == Some("header") {
                found.extend(self.side.text(node, "name").map(str::to_ascii_lowercase));
            }
            work.extend(self.side.items(node));
            work.extend(self.side.members(node).into_iter().map(|(_, inner)| inner));
        }
        found
    }

    /// What an expression reads of the request and of the answer is what rules are given.
    fn surroundings_read(&mut self, clause: NodeId, key: &str, headers: &BTreeSet<String>) {
        let Some(text) = self.side.text(clause, key) else { return };
        let why = "a rule that reads what it is not given is never applicable";
        for (variable, members) in SURROUNDINGS {
            for name in paths_of(text, variable).into_iter().filter_map(|path| path.first().copied()) {
                if !members.contains(&name) {
                    let hint = crate::lint::hint(name, members.iter().copied());
                    let title = format!("`{key}` reads `{variable}.{name}`, which no rule is given{hint}");
                    self.fault(&rules::EXPRESSION_INVALID, (clause, Some(key)), title, (&members.join(", "), name))
                        .because(why);
                }
            }
        }
        for name in headers_read(text).into_iter().filter(|name| !headers.contains(*name)) {
            let hint = crate::lint::hint(name, headers.iter().map(String::as_str));
            let title = format!("`{key}` reads the request header `{name}`, which is no declared parameter{hint}");
            let expected = "the name of a declared header parameter, in lower case";
            self.fault(&rules::EXPRESSION_INVALID, (clause, Some(key)), title, (expected, name)).because(why);
        }
    }

    fn rule(&mut self, schema: NodeId, rule: NodeId, headers: &BTreeSet<String>) {
        let names = ["self", "request", "response"];
        for key in ["rule", "when"] {
            self.expression(rule, key, &names, Some(schema));
            self.surroundings_read(rule, key, headers);
        }
        let deny = self.side.text(rule, "level").is_none_or(|level| level == "deny");
        if deny && self.side.text(rule, "source").is_none() {
            let name = self.side.text(rule, "id").unwrap_or("rule");
            let title = format!("the requirement `{name}` names no source");
            self.fault(&rules::SOURCE_MISSING, (rule, None), title, ("`source`", "none"));
        }
    }

    /// One expression.
    pub(super) fn expression(&mut self, clause: NodeId, key: &str, variables: &[&str], record: Option<NodeId>) {
        let Some(text) = self.side.text(clause, key) else { return };
        let compiled = catch_unwind(AssertUnwindSafe(|| Program::compile(text).map_err(|error| error.to_string())));
        let program = match compiled.unwrap_or_else(|_| Err("the parser gave up".to_owned())) {
            Ok(program) => program,
            Err(error) => {
                let title = format!("`{key}` is no CEL expression: {}", error.lines().next().unwrap_or_default());
                self.fault(&rules::EXPRESSION_INVALID, (clause, Some(key)), title, ("CEL", text));
                return;
            }
        };
        let bare = without_strings(text);
        let of_hints: &[&str] = if key == "x-mock" { &HINT_FUNCTIONS } else { &[] };
        let known = || FUNCTIONS.iter().chain(&STANDARD).chain(of_hints).copied();
        for name in called(&bare).filter(|name| !known().any(|other| other == *name)) {
            let title = if HINT_FUNCTIONS.contains(&name) {
                format!("`{key}` calls `{name}`, which only `x-mock` has")
            } else {
                format!("`{key}` calls `{name}`, which does not exist{}", crate::lint::hint(name, known()))
            };
            self.fault(&rules::EXPRESSION_INVALID, (clause, Some(key)), title, ("a known function", name));
        }
        let references = program.references();
        let bound = bound_in(&bare);
        for name in references.variables() {
            if !variables.contains(&name) && !bound.contains(name) && !name.starts_with('@') && !is_type(name) {
                let hint = crate::lint::hint(name, variables.iter().copied());
                let title = format!("`{key}` reads `{name}`, which does not exist{hint}");
                self.fault(&rules::EXPRESSION_INVALID, (clause, Some(key)), title, (&variables.join(", "), name));
            }
        }
        if let Some(record) = record {
            self.fields_read(clause, key, text, record);
        }
    }

    /// Fields of `self` that an expression reads.
    fn fields_read(&mut self, clause: NodeId, key: &str, text: &str, record: NodeId) {
        let record = self.parts(record);
        for path in paths_of(text, "self") {
            let mut here = record.clone();
            let mut read = "self".to_owned();
            for name in path {
                read.push('.');
                read.push_str(name);
                let below = self.step_to(&here, &escape(name));
                if !below.is_empty() {
                    here = below;
                    continue;
                }
                let names = self.names_below(&here);
                if !names.is_empty() {
                    let hint = crate::lint::hint(name, names);
                    let title = format!("`{key}` reads `{read}`, which no schema declares{hint}");
                    let why = "an expression that reads what is not there is never applicable";
                    self.fault(&rules::EXPRESSION_INVALID, (clause, Some(key)), title, ("a declared field", name))
                        .because(why);
                }
                break;
            }
        }
    }
}

fn is_type(name: &str) -> bool {
    matches!(name, "int" | "uint" | "double" | "string" | "bool" | "bytes" | "list" | "map" | "null_type" | "type")
}

/// Text outside of quotes, with what is quoted blanked out byte for byte, so that positions stay what they are.
fn without_strings(text: &str) -> String {
    let mut quote = None;
    let mut escaped = false;
    let mut bare = String::with_capacity(text.len());
    for letter in text.chars() {
        let inside = quote.is_some();
        match quote {
            Some(open) => {
                if !escaped && letter == open {
                    quote = None;
                }
                escaped = !escaped && letter == '\\';
            }
            None if matches!(letter, '\'' | '"') => quote = Some(letter),
            None => {}
        }
        if inside || matches!(letter, '\'' | '"') {
            bare.extend(std::iter::repeat_n(' ', letter.len_utf8()));
        } else {
            bare.push(letter);
        }
    }
    bare
}

/// Names that are called in an expression without its strings.
fn called(bare: &str) -> impl Iterator<Item = &str> {
    static CALL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b([\p{Alphabetic}_]\w*)\(").ok());
    let calls = CALL.iter().flat_map(|call| call.captures_iter(bare));
    calls.filter_map(|call| call.get(1)).map(|name| name.as_str()).filter(|name| *name != "in")
}

/// Names that comprehensions bind in an expression without its strings.
fn bound_in(bare: &str) -> BTreeSet<&str> {
    static BINDING: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,").ok());
    let bindings = BINDING.iter().flat_map(|binding| binding.captures_iter(bare));
    bindings.filter_map(|binding| binding.get(1)).map(|name| name.as_str()).collect()
}

/// Names of request headers that an expression reads.
fn headers_read(text: &str) -> Vec<&str> {
    static HEADER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"\brequest\.headers(?:\.([A-Za-z_]\w*)|\[\s*["']([^"']+)["']\s*\])"#).ok());
    let found = HEADER.iter().flat_map(|header| header.captures_iter(text));
    found.filter_map(|names| names.get(1).or_else(|| names.get(2))).map(|name| name.as_str()).collect()
}

/// The chains of names after a variable, such as `self.`; a name that is called is no field.
pub(in crate::lint) fn paths_of<'t>(text: &'t str, variable: &str) -> Vec<Vec<&'t str>> {
    let mut found = Vec::new();
    let quoted = without_strings(text);
    let opening = format!("{variable}.");
    for (at, _) in quoted.match_indices(&opening) {
        let before = quoted[..at].chars().next_back();
        // A rule may well demand that a field is not there.
        let forbidden = quoted[..at].trim_end().ends_with("!has(");
        if forbidden || before.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.')) {
            continue;
        }
        let start = at + opening.len();
        let rest = &quoted[start..];
        let end =
            rest.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '.')).unwrap_or(rest.len());
        let chain = &text[start..start + end];
        let mut names: Vec<&str> = chain.split('.').filter(|name| !name.is_empty()).collect();
        if rest[end..].starts_with('(') {
            names.pop();
        }
        if !names.is_empty() {
            found.push(names);
        }
    }
    found
}
