//! What the document says of the values that are sent: the schema of a place in the request, and the type that a token has
//! there.

use serde_json::{Number, Value};

use super::semantics::{Lists, Next, Slot, Spot};
use super::{Contract, Location, Operation, Parameter};
use crate::document::text_of;

/// How many references and parts a schema is followed through.
const DEEPEST: usize = 8;

impl Contract {
    /// The schema of a slot, references resolved; `None` when the document says nothing of it.
    #[must_use]
    pub fn slot_schema(&self, operation: &Operation, slot: &Slot) -> Option<Value> {
        let Slot::Body(pointer) = slot else { return Some(operation.parameter(slot)?.schema.clone()) };
        let mut at = operation.body.as_ref()?.schema.clone();
        for segment in pointer.split('/').skip(1) {
            let (here, node) = self.resolve(&at);
            at = if segment == "-" {
                format!("{here}/items")
            } else {
                let member = format!("/properties/{segment}");
                let parts = node.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
                std::iter::once(format!("{here}{member}"))
                    .chain(
                        (0..parts).map(|part| format!("{}{member}", self.resolve(&format!("{here}/allOf/{part}")).0)),
                    )
                    .find(|candidate| self.document.at(candidate).is_some())?
            };
        }
        Some(self.resolve(&at).1.clone())
    }

    /// A token as it is sent: in a JSON body as the number that it was found as, where the schema of its place wants one, or
    /// says nothing and that of the place where it was found does.
    #[must_use]
    pub fn token_value(&self, operation: &Operation, lists: &Lists, token: &str) -> Value {
        let text = || Value::from(token);
        let Some(next) = &lists.page.next else { return text() };
        let Some(slot @ Slot::Body(_)) = &next.slot else { return text() };
        let number = serde_json::from_str::<Number>(token).ok().filter(|number| number.to_string() == token);
        let Some(number) = number else { return text() };
        let mut types = self.slot_schema(operation, slot).map(|schema| self.types(&schema, 0)).unwrap_or_default();
        if types.is_empty() {
            types = self.types_found(operation, lists, next);
        }
        let is_number = |name: &String| matches!(name.as_str(), "integer" | "number");
        let wanted = types.iter().any(is_number) && !types.iter().any(|name| name == "string");
        if wanted { Value::Number(number) } else { text() }
    }

    /// The types of the place in the answer where a token is found.
    fn types_found(&self, operation: &Operation, lists: &Lists, next: &Next) -> Vec<String> {
        let place = match (&next.spot, &next.field) {
            (Some(Spot::Pointer(pointer)), _) => pointer.clone(),
            (None, Some(field)) => format!("{}{field}", lists.place(0)),
            _ => return Vec::new(),
        };
        let pointer = self.field_pointer(operation, &place);
        pointer.map(|pointer| self.types(self.resolve(&pointer).1, 0)).unwrap_or_default()
    }

    /// The types that a schema and its parts name, null left out.
    fn types(&self, schema: &Value, depth: usize) -> Vec<String> {
        if depth > DEEPEST {
            return Vec::new();
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#')) {
            return self.types(self.resolve(reference).1, depth + 1);
        }
        let own = match schema.get("type") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(name)) => vec![name.clone()],
            _ => Vec::new(),
        };
        let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        let mut types: Vec<String> =
            own.into_iter().chain(parts.flat_map(|part| self.types(part, depth + 1))).collect();
        types.retain(|name| name != "null");
        types
    }
}

impl Parameter {
    /// Value of a header of which the document names none.
    pub const MADE_UP: &'static str = "contract-gate-1";

    /// A value that a header may be sent with where it means nothing to HTTP itself: an example, its default, one of its
    /// values. A text of which the document says nothing more is made up; a made-up number, pattern or format would be a guess.
    #[must_use]
    pub fn header_value(&self) -> Option<String> {
        if self.is_of_http() {
            return None;
        }
        let schema = &self.schema;
        let named = self.example.as_ref().or_else(|| schema.get("default")).or_else(|| self.options().first());
        if let Some(named) = named.filter(|named| !named.is_null()) {
            return Some(text_of(named));
        }
        let is_text = schema.get("type").is_none_or(|kind| kind == "string");
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        let length = Self::MADE_UP.len() as u64;
        let fits = limit("minLength").unwrap_or(0) <= length && limit("maxLength").is_none_or(|most| length <= most);
        let told =
            ["pattern", "format", "anyOf", "oneOf", "allOf", "not"].into_iter().any(|key| schema.get(key).is_some());
        (is_text && fits && !told).then(|| Self::MADE_UP.to_owned())
    }

    /// Whether it is a header that changes answers by what HTTP says of it: negotiation, conditions, ranges, preferences.
    fn is_of_http(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        let known = ["range", "prefer", "cache-control", "pragma", "content-type", "authorization", "cookie"];
        self.location == Location::Header
            && (name.starts_with("accept") || name.starts_with("if-") || known.contains(&name.as_str()))
    }
}
