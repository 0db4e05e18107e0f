//! Structure: every object has the fields that OpenAPI 3.0 gives it, of the kinds that it gives them.
//!
//! The tables are those of the specification, so that a fault is told at its line and in one sentence; a schema of the
//! whole document would only say that nothing fits.

use serde_json::Value;

use super::tables::{Kind, Shape, TYPES, fields, required, required_of};
use super::{Linter, rules};
use crate::diff::arena::NodeId;
use crate::finding::Level;

/// Keywords of later dialects of JSON Schema: not understood in OpenAPI 3.0, but meant.
const LATER: [&str; 14] = [
    "examples",
    "const",
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "$anchor",
    "contentEncoding",
    "contentMediaType",
    "prefixItems",
    "contains",
    "patternProperties",
    "propertyNames",
    "definitions",
];

impl<'a> Linter<'a> {
    /// Walks the document by its tables; only OpenAPI 3.0 has the ones at hand.
    pub(super) fn structure(&mut self) {
        let root = self.side.root();
        if self.side.siblings_count {
            let version = self.side.text(root, "openapi").unwrap_or("3.1").to_owned();
            let title = format!("OpenAPI {version} is judged in part: only 3.0 is judged in full");
            self.fault(&rules::VERSION_JUDGED_IN_PART, (root, Some("openapi")), title, ("3.0.x", &version));
            return;
        }
        let mut work = vec![(root, Shape::One(Kind::Document))];
        while let Some((node, shape)) = work.pop() {
            self.shape(node, shape, &mut work);
        }
    }

    /// Holds a node against a shape, and adds what lies below it.
    fn shape(&mut self, node: NodeId, shape: Shape, work: &mut Vec<(NodeId, Shape)>) {
        let value = self.side.value(node);
        if !shape.fits(value) {
            return self.misfit(node, shape);
        }
        match shape {
            Shape::One(kind) => self.object(node, kind, work),
            Shape::Open if value.is_object() => work.push((node, Shape::One(Kind::Schema))),
            Shape::List(kind) => work.extend(self.side.items(node).into_iter().map(|item| (item, Shape::One(kind)))),
            Shape::Map(kind) => {
                for (name, inner) in self.side.members(node) {
                    if kind == Kind::Response && !name.starts_with("x-") && !is_status_or_name(self, node, name) {
                        let title = format!("`{name}` is no status code");
                        let values = ("100 to 599, a range as `2XX`, or `default`", name);
                        self.fault(&rules::STATUS_INVALID, (node, Some(name)), title, values);
                    }
                    if !name.starts_with("x-") || kind == Kind::Schema {
                        work.push((inner, Shape::One(kind)));
                    }
                }
            }
            _ => {}
        }
    }

    fn misfit(&mut self, node: NodeId, shape: Shape) {
        let value = self.side.value(node).clone();
        let name = self.side.name(node).unwrap_or("an item").to_owned();
        let seen = match value.as_str() {
            Some("inf" | "-inf" | "NaN") => "a number beyond those of JSON".to_owned(),
            _ => crate::diff::shortened(&value.to_string()),
        };
        let hint = match (shape, value.as_str()) {
            (Shape::Type, Some(word)) => super::hint(word, TYPES),
            (Shape::Texts, None) if name == "required" => {
                "; required properties are listed by name on the object that holds them".to_owned()
            }
            _ => String::new(),
        };
        let title = format!("`{name}` must be {}, not `{seen}`{hint}", shape.words());
        self.fault(&rules::FIELD_MALFORMED, (node, None), title, (shape.words(), &seen));
    }

    fn object(&mut self, node: NodeId, kind: Kind, work: &mut Vec<(NodeId, Shape)>) {
        // What stands beside a reference is ignored.
        if self.side.reference(node).is_some() && kind.may_be_reference() {
            return;
        }
        let known = fields(kind);
        let members = self.side.value(node).as_object().into_iter().flatten();
        for (key, value) in members.filter(|(key, _)| !key.starts_with("x-")) {
            match known.iter().find(|(name, _)| name == key) {
                // Most values are plain and right; they need no node.
                Some((_, shape)) if shape.is_plain() && shape.fits(value) => {}
                Some((_, shape)) => work.extend(self.side.get(node, key).map(|inner| (inner, *shape))),
                None => self.unknown_field(node, kind, key),
            }
        }
        let of_type = if kind == Kind::Security { required_of(self.side.text(node, "type")) } else { &[] };
        for name in required(kind).iter().chain(of_type) {
            if self.side.value(node).get(name).is_none() {
                let title = format!("{} has no `{name}`", kind.words());
                self.fault(&rules::FIELD_MISSING, (node, None), title, (&format!("`{name}`"), "none"));
            }
        }
        if kind == Kind::Schema {
            self.schema_object(node);
        }
    }

    /// A field that OpenAPI does not define: a slip of the pen if it is near to one that it does.
    fn unknown_field(&mut self, node: NodeId, kind: Kind, key: &str) {
        if let Some(place) = kind.field_of_swagger_2(key) {
            let title = format!("{} has no field `{key}`; OpenAPI 3 has it inside `{place}`", kind.words());
            let values = (format!("`{place}: {{{key}: …}}`"), key);
            // Where it stands twice, it says at least nothing wrong.
            let value = self.side.value(node);
            let lost = value.get("schema").is_none_or(|_| key == "schema") && value.get("content").is_none();
            let level = if lost { Level::Deny } else { Level::Warn };
            self.fault(&rules::FIELD_UNKNOWN, (node, Some(key)), title, (&values.0, values.1)).at_level(level);
            return;
        }
        let near =
            crate::suggest::nearest(key, fields(kind).iter().map(|(name, _)| *name)).filter(|_| !LATER.contains(&key));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let title = format!("{} has no field `{key}`{hint}", kind.words());
        let values = ("a field of OpenAPI 3.0, or one that starts with `x-`", key);
        let level = if near.is_some() { Level::Deny } else { Level::Warn };
        self.fault(&rules::FIELD_UNKNOWN, (node, Some(key)), title, values).at_level(level);
    }

    /// What the keywords of a schema say together.
    fn schema_object(&mut self, node: NodeId) {
        let value = self.side.value(node);
        let number = |key: &str| value.get(key).and_then(Value::as_f64);
        for (low, high) in [
            ("minimum", "maximum"),
            ("minLength", "maxLength"),
            ("minItems", "maxItems"),
            ("minProperties", "maxProperties"),
        ] {
            if let (Some(least), Some(most)) = (number(low), number(high))
                && least > most
            {
                let title = format!("`{low}` {least} lies above `{high}` {most}");
                self.fault(&rules::LIMITS_CONTRADICT, (node, Some(low)), title, (&format!("at most {most}"), ""));
            }
        }
        let kind = self.side.text(node, "type");
        if kind == Some("array") && value.get("items").is_none() {
            let values = ("`items`", "none");
            self.fault(&rules::ITEMS_MISSING, (node, None), "a list says nothing of its `items`".to_owned(), values);
        }
        self.access(node);
        self.enumeration(node, kind);
        self.known_values(node, kind);
        if let Some(mapping) = self.side.get(node, "discriminator").and_then(|inner| self.side.get(inner, "mapping")) {
            for (tag, target) in self.side.members(mapping) {
                self.mapped(tag, target);
            }
        }
    }

    /// Who may send a property, and which must be there.
    fn access(&mut self, node: NodeId) {
        if self.side.flag(node, "readOnly") && self.side.flag(node, "writeOnly") {
            let title = "a property is both `readOnly` and `writeOnly`".to_owned();
            self.fault(&rules::ACCESS_CONTRADICTS, (node, Some("writeOnly")), title, ("one of them", "both"));
        }
        let names = self.side.value(node).get("required").and_then(Value::as_array);
        let mut seen = std::collections::BTreeSet::new();
        for name in names.into_iter().flatten().filter_map(Value::as_str) {
            if !seen.insert(name) {
                let title = format!("the required property `{name}` is listed twice");
                self.fault(&rules::REQUIRED_REPEATED, (node, Some("required")), title, ("listed once", "twice"));
            }
        }
    }

    fn enumeration(&mut self, node: NodeId, kind: Option<&str>) {
        let Some(values) = self.side.value(node).get("enum").and_then(Value::as_array) else { return };
        if values.is_empty() {
            let title = "an enumeration lists no value".to_owned();
            self.fault(&rules::ENUM_EMPTY, (node, Some("enum")), title, ("at least one value", "none"));
        }
        let mut seen = std::collections::BTreeSet::new();
        for value in values {
            let text = value.to_string();
            if !is_of(value, kind) {
                let title = format!("the enumerated value `{text}` is no {}", kind.unwrap_or("value"));
                self.fault(&rules::ENUM_VALUE_UNFIT, (node, Some("enum")), title, (kind.unwrap_or(""), &text));
            }
            if !seen.insert(text.clone()) {
                let title = format!("the enumerated value `{text}` is listed twice");
                self.fault(&rules::ENUM_VALUE_REPEATED, (node, Some("enum")), title, ("listed once", "twice"));
            }
        }
    }

    /// Known values of an open enumeration are values that the schema lets pass.
    fn known_values(&mut self, node: NodeId, kind: Option<&str>) {
        let Some(values) = self.side.value(node).get("x-known-values").and_then(Value::as_array) else { return };
        for value in values.iter().filter(|value| !is_of(value, kind)) {
            let title = format!("the known value `{value}` is no {}", kind.unwrap_or("value"));
            let values = (kind.unwrap_or_default(), value.to_string());
            self.fault(&rules::KNOWN_VALUE_UNFIT, (node, Some("x-known-values")), title, (values.0, &values.1));
        }
    }

    /// A value of a discriminator selects a schema that is there.
    fn mapped(&mut self, tag: &str, target: NodeId) {
        let Some(text) = self.side.value(target).as_str() else { return };
        let pointer = match text.split_once('#') {
            Some(("", pointer)) => pointer.to_owned(),
            // A file, or a name that is looked up among the components.
            Some(_) => return,
            None if text.contains(['/', '.']) => return,
            None => format!("/components/schemas/{text}"),
        };
        if self.side.at(0, &pointer).is_none() {
            let title = format!("the value `{tag}` of a discriminator selects nothing: `{text}`");
            let why = "whoever sends the value is not understood";
            self.fault(&rules::DANGLING_REFERENCE, (target, None), title, ("a schema of this document", text))
                .because(why);
        }
    }
}

/// Whether a value is of a type; null may be lawful, and types of several values are not asked.
fn is_of(value: &Value, kind: Option<&str>) -> bool {
    value.is_null()
        || match kind {
            Some("string") => value.is_string(),
            Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            _ => true,
        }
}

/// Whether a key of a map of responses is a status; below `components` every key is a name.
fn is_status_or_name(linter: &Linter<'_>, map: NodeId, key: &str) -> bool {
    let holder = linter.side.name(linter.side.parent(map));
    let range = key.len() == 3
        && key.starts_with(['1', '2', '3', '4', '5'])
        && (key.ends_with("XX") || key.bytes().all(|byte| byte.is_ascii_digit()));
    holder == Some("components") || key == "default" || range
}
