//! The copy of a document that the client generator can digest.
//!
//! The generator knows less than OpenAPI 3.0, and where it knows a keyword it is sometimes wrong about it. The copy
//! leaves out what does not shape a type (bounds, patterns, formats, examples), rewrites what the generator gets wrong,
//! and refuses, with the place in the document, what it cannot express. It only ever widens: whatever the document
//! allows in an answer, the generated types can read. Nothing is judged by this copy; that is what validators are for.

use std::collections::{BTreeMap, HashMap};

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use crate::document::{Document, DocumentError, escape, unescape};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The copy, and what the generated code needs to know beside it.
#[derive(Debug)]
pub(crate) struct Lowered {
    /// The document for the generator.
    pub root: Value,
    /// `info.title` of the document.
    pub title: String,
    /// How a credential travels; `None` when the document asks for none.
    pub credential: Option<Credential>,
    /// Header that selects the tenant, where every operation takes it.
    pub tenant: Option<String>,
    /// The operations, in document order.
    pub operations: Vec<Operation>,
}

/// How a credential travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    /// Request header.
    pub header: String,
    /// What stands before the token, `Bearer ` for example.
    pub prefix: &'static str,
}

/// An operation of the copy.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// `operationId`.
    pub id: String,
    /// The path template.
    pub path: String,
    /// The method in lower case.
    pub method: String,
    /// Name of the generated method.
    pub name: String,
    /// The success status with a typed body: `200`, or a class such as `2XX`.
    pub success: Option<String>,
}

impl Operation {
    /// Pointer of the operation in the document.
    pub(crate) fn pointer(&self) -> String {
        format!("/paths/{}/{}", escape(&self.path), self.method)
    }
}

/// The name that the generator gives to a field, a parameter or a method.
pub(crate) fn rust_name(name: &str) -> String {
    let plain = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => name.replace('\'', "").replace(|c: char| !(c.is_alphanumeric() || c == '_'), "-").to_snake_case(),
    };
    if plain.starts_with(|c: char| c.is_alphabetic() || c == '_') { plain } else { format!("x{plain}") }
}

/// Makes the copy.
///
/// # Errors
/// Everything that the generator cannot express, each with its place.
pub(crate) fn lower(document: &Document) -> Result<Lowered, Vec<DocumentError>> {
    let mut lowering = Lowering { document, problems: Vec::new() };
    let lowered = lowering.document();
    if lowering.problems.is_empty() { Ok(lowered) } else { Err(lowering.problems) }
}

struct Lowering<'a> {
    document: &'a Document,
    problems: Vec<DocumentError>,
}

impl<'a> Lowering<'a> {
    fn problem(&mut self, pointer: &str, message: impl Into<String>, remedy: &str) {
        self.problems.push(self.document.error_at(pointer, message.into(), remedy.to_owned()));
    }

    fn text(&self, pointer: &str) -> String {
        self.document.at(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn document(&mut self) -> Lowered {
        let version = self.text("/openapi");
        if !version.starts_with("3.0.") {
            self.problem("/openapi", format!("`openapi` is `{version}`, expected 3.0.x"), "write `openapi: 3.0.3`");
        }
        let title = self.text("/info/title");
        let mut schemas = Map::new();
        if let Some(Value::Object(components)) = self.document.at("/components/schemas") {
            for (name, schema) in components {
                let pointer = format!("/components/schemas/{}", escape(name));
                if schema.get("nullable") == Some(&Value::Bool(true)) && schema.get("type").is_none() {
                    self.problem(
                        &pointer,
                        format!("schema `{name}` is nullable without a `type` of its own"),
                        "say `nullable: true` where the schema is used, beside `allOf: [{$ref: …}]`",
                    );
                }
                self.resolve(schema, &pointer);
                schemas.insert(name.clone(), self.schema(schema, &pointer));
            }
        }
        let tenant = self.tenant();
        let (paths, operations) = self.paths(tenant.as_deref());
        let root = json!({
            "openapi": "3.0.3",
            "info": {
                "title": title,
                "version": self.text("/info/version"),
                "description": self.text("/info/description"),
            },
            "paths": paths,
            "components": {"schemas": schemas},
        });
        Lowered { root, title, credential: self.credential(), tenant, operations }
    }

    /// Follows references inside the document.
    fn resolve(&mut self, node: &'a Value, pointer: &str) -> (&'a Value, String) {
        let (mut node, mut at) = (node, pointer.to_owned());
        for _ in 0..32 {
            let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return (node, at) };
            let target = reference.strip_prefix('#').and_then(|next| self.document.at(next).map(|found| (found, next)));
            let Some((found, next)) = target else { break };
            (node, at) = (found, next.to_owned());
        }
        self.problem(
            pointer,
            "a `$ref` that leads nowhere in this document, or in a circle",
            "point it at something under `#/components`",
        );
        (&Value::Null, at)
    }

    /// The header that selects the tenant, if all operations declare it: then it belongs to the session.
    fn tenant(&mut self) -> Option<String> {
        let header = self.document.at("/x-contract/tenancy/slot/header")?.as_str()?;
        let everywhere = self.raw_operations().iter().all(|(path, method)| {
            self.parameters(path, method).iter().any(|(parameter, _)| is_header(parameter, header))
        });
        everywhere.then(|| header.to_owned())
    }

    fn raw_operations(&self) -> Vec<(String, String)> {
        let Some(Value::Object(paths)) = self.document.at("/paths") else { return Vec::new() };
        let of = |(path, item): (&'a String, &'a Value)| {
            METHODS
                .iter()
                .filter(move |method| item.get(**method).is_some())
                .map(move |method| (path.clone(), (*method).to_owned()))
        };
        paths.iter().flat_map(of).collect()
    }

    /// The parameters of an operation, its path's included, with their places.
    fn parameters(&mut self, path: &str, method: &str) -> Vec<(&'a Value, String)> {
        let mut found: Vec<(&Value, String)> = Vec::new();
        let item = format!("/paths/{}", escape(path));
        for list in [format!("{item}/parameters"), format!("{item}/{method}/parameters")] {
            let Some(Value::Array(parameters)) = self.document.at(&list) else { continue };
            for (index, parameter) in parameters.iter().enumerate() {
                let (parameter, pointer) = self.resolve(parameter, &format!("{list}/{index}"));
                let same = |known: &&Value| known["in"] == parameter["in"] && known["name"] == parameter["name"];
                found.retain(|(known, _)| !same(known));
                found.push((parameter, pointer));
            }
        }
        found
    }

    fn paths(&mut self, tenant: Option<&str>) -> (Map<String, Value>, Vec<Operation>) {
        let mut paths: Map<String, Value> = Map::new();
        let mut operations: Vec<Operation> = Vec::new();
        for (path, method) in self.raw_operations() {
            let pointer = format!("/paths/{}/{method}", escape(&path));
            let Some(node) = self.document.at(&pointer) else { continue };
            let Some(id) = node.get("operationId").and_then(Value::as_str) else {
                self.problem(
                    &pointer,
                    "an operation without `operationId`",
                    "name it; the client's method is called so",
                );
                continue;
            };
            let name = rust_name(id);
            if let Some(other) = operations.iter().find(|other| other.name == name) {
                let message = format!("operations `{}` and `{id}` would both be `{name}` in the client", other.id);
                self.problem(&pointer, message, "rename one `operationId`");
            }
            let (responses, success) = self.responses(node, &pointer);
            let mut lowered = Map::new();
            lowered.insert("operationId".into(), id.into());
            for key in ["summary", "description"] {
                if let Some(text) = node.get(key) {
                    lowered.insert(key.into(), text.clone());
                }
            }
            lowered.insert("parameters".into(), self.lower_parameters(&path, &method, tenant));
            if let Some(body) = node.get("requestBody") {
                lowered.insert("requestBody".into(), self.request_body(body, &format!("{pointer}/requestBody")));
            }
            lowered.insert("responses".into(), responses);
            paths.entry(path.clone()).or_insert_with(|| json!({}))[&method] = Value::Object(lowered);
            operations.push(Operation { id: id.to_owned(), path, method, name, success });
        }
        (paths, operations)
    }

    fn lower_parameters(&mut self, path: &str, method: &str, tenant: Option<&str>) -> Value {
        let mut lowered = Vec::new();
        let mut names: HashMap<String, String> = HashMap::new();
        for (parameter, pointer) in self.parameters(path, method) {
            if tenant.is_some_and(|header| is_header(parameter, header)) {
                continue;
            }
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            let place = parameter["in"].as_str().unwrap_or_default();
            let array = parameter.pointer("/schema/type") == Some(&json!("array"));
            let trouble = match place {
                "cookie" => Some("stands in a cookie"),
                "header" if array => Some("is a list in a header"),
                _ if parameter.get("schema").is_none() => Some("has no `schema`"),
                _ if parameter["style"] == json!("deepObject") => Some("is a deepObject"),
                _ if array && parameter["explode"] == json!(false) => Some("is a list in one value (`explode: false`)"),
                _ => None,
            };
            if let Some(trouble) = trouble {
                let message = format!("parameter `{name}` {trouble}, which no client can be generated for");
                self.problem(
                    &pointer,
                    message,
                    "describe it as a plain path, query or header parameter with a `schema`",
                );
                continue;
            }
            if let Some(other) = names.insert(rust_name(&name), name.clone()) {
                let message = format!("parameters `{other}` and `{name}` would have one name in the client");
                self.problem(&pointer, message, "one of them has to go: a client cannot tell them apart");
                continue;
            }
            let mut copy = Map::new();
            for key in ["name", "in", "required", "description"] {
                if let Some(value) = parameter.get(key) {
                    copy.insert(key.into(), value.clone());
                }
            }
            copy.insert("schema".into(), self.schema(&parameter["schema"], &format!("{pointer}/schema")));
            lowered.push(Value::Object(copy));
        }
        Value::Array(lowered)
    }

    fn request_body(&mut self, body: &'a Value, pointer: &str) -> Value {
        let (body, pointer) = self.resolve(body, pointer);
        let mut copy = Map::new();
        for key in ["required", "description"] {
            if let Some(value) = body.get(key) {
                copy.insert(key.into(), value.clone());
            }
        }
        let mut content = Map::new();
        match self.json_schema(body, &pointer) {
            Some(schema) => {
                content.insert("application/json".into(), json!({"schema": schema}));
            }
            None => self.problem(&pointer, "a request body that is not JSON", "give it `application/json`"),
        }
        copy.insert("content".into(), Value::Object(content));
        Value::Object(copy)
    }

    /// The schema of a JSON body, lowered; `None` when there is no JSON body.
    fn json_schema(&mut self, holder: &'a Value, pointer: &str) -> Option<Value> {
        let content = holder.get("content")?.as_object()?;
        let (media, entry) = content.iter().find(|(media, _)| is_json(media))?;
        let at = format!("{pointer}/content/{}/schema", escape(media));
        Some(entry.get("schema").map_or_else(|| json!({}), |schema| self.schema(schema, &at)))
    }

    /// One success body and one error body: the generator knows no more per operation.
    fn responses(&mut self, operation: &'a Value, pointer: &str) -> (Value, Option<String>) {
        let mut successes: Vec<(String, Option<Value>)> = Vec::new();
        let mut errors: Vec<(String, Option<Value>)> = Vec::new();
        let (mut default, mut opaque) = (None, Vec::new());
        for (status, response) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
            let (response, at) = self.resolve(response, &format!("{pointer}/responses/{}", escape(status)));
            let schema = self.json_schema(response, &at);
            if schema.is_none() && response.get("content").is_some() {
                opaque.push(status.to_uppercase());
            }
            match status.as_bytes().first() {
                Some(b'2') => successes.push((status.to_uppercase(), schema)),
                Some(b'4' | b'5') => errors.push((status.to_uppercase(), schema)),
                Some(b'd') => default = Some(schema),
                _ => {}
            }
        }
        if let Some(schema) = default {
            // To the generator `default` is success and error at once.
            let known: Vec<String> = errors.iter().map(|(status, _)| status.clone()).collect();
            let classes = ["4XX", "5XX"].into_iter().filter(|class| !known.iter().any(|status| status == class));
            errors.extend(classes.map(|class| (class.to_owned(), schema.clone())));
            if successes.is_empty() {
                successes.push(("2XX".to_owned(), schema));
            }
        }
        let mut copy = Map::new();
        let kept = successes.iter().find(|(_, schema)| schema.is_some()).or(successes.first());
        if let Some((status, schema)) = kept {
            // A body that is not JSON is handed over as bytes.
            let bytes = json!({"description": "", "content": {"application/octet-stream": {"schema": {}}}});
            copy.insert(status.clone(), if opaque.contains(status) { bytes } else { response(schema.as_ref()) });
        }
        let same = errors.windows(2).all(|pair| pair[0].1 == pair[1].1);
        for (status, schema) in &errors {
            let any = json!({});
            copy.insert(status.clone(), response(if same { schema.as_ref() } else { Some(&any) }));
        }
        let success = kept.filter(|(_, schema)| schema.is_some()).map(|(status, _)| status.clone());
        (Value::Object(copy), success)
    }

    /// Where the credential goes: the first alternative that is one header.
    fn credential(&mut self) -> Option<Credential> {
        let alternatives = self.document.at("/security")?.as_array()?;
        let names = alternatives.iter().filter_map(|one| Some(one.as_object()?.keys().next()?.clone()));
        let names: Vec<String> = names.collect();
        for name in &names {
            let scheme = self.document.at(&format!("/components/securitySchemes/{}", escape(name)))?;
            let field = |key: &str| scheme[key].as_str().unwrap_or_default().to_ascii_lowercase();
            match (field("type").as_str(), field("scheme").as_str(), field("in").as_str()) {
                ("http", "bearer", _) | ("oauth2" | "openidconnect", _, _) => {
                    return Some(Credential { header: "authorization".to_owned(), prefix: "Bearer " });
                }
                ("apikey", _, "header") => {
                    return Some(Credential { header: scheme["name"].as_str()?.to_ascii_lowercase(), prefix: "" });
                }
                _ => {}
            }
        }
        if !names.is_empty() {
            self.problem(
                "/security",
                "no credential that travels in a header",
                "name a bearer or an apiKey scheme first",
            );
        }
        None
    }

    /// A schema without what does not shape a type.
    fn schema(&mut self, node: &Value, pointer: &str) -> Value {
        let Some(node) = node.as_object() else { return json!({}) };
        if let Some(reference) = node.get("$ref") {
            let name = reference.as_str().and_then(|text| text.strip_prefix("#/components/schemas/"));
            let known = name.is_some_and(|name| !name.contains('/') && self.defines(name));
            if !known {
                let message = format!("`$ref: {reference}` is no schema under `#/components/schemas`");
                self.problem(pointer, message, "move the schema there");
                return json!({});
            }
            return json!({"$ref": reference});
        }
        let mut copy = Map::new();
        for key in ["type", "nullable", "description"] {
            if let Some(value) = node.get(key) {
                copy.insert(key.into(), value.clone());
            }
        }
        match node.get("type").and_then(Value::as_str) {
            None | Some("string" | "integer" | "number" | "boolean" | "array" | "object") => {}
            Some(other) => self.problem(
                &format!("{pointer}/type"),
                format!("`type: {other}` is no type of OpenAPI 3.0"),
                "string, integer, number, boolean, array or object",
            ),
        }
        if let Some(values) = string_enum(node) {
            copy.insert("type".into(), json!("string"));
            copy.insert("enum".into(), json!(values));
        }
        if let Some(Value::Object(properties)) = node.get("properties") {
            copy.insert("properties".into(), self.properties(properties, pointer));
        }
        if let Some(Value::Array(required)) = node.get("required") {
            // One type serves both directions, so what goes in one only cannot be required.
            let both = |name: &&Value| {
                let property = name.as_str().and_then(|name| node.get("properties")?.get(name));
                let flag = |key| property.and_then(|property| property.get(key)) == Some(&Value::Bool(true));
                !flag("readOnly") && !flag("writeOnly")
            };
            copy.insert("required".into(), required.iter().filter(both).cloned().collect());
        }
        match node.get("additionalProperties") {
            Some(Value::Object(rest)) if !rest.is_empty() => {
                let at = format!("{pointer}/additionalProperties");
                copy.insert("additionalProperties".into(), self.schema(&Value::Object(rest.clone()), &at));
            }
            Some(Value::Object(_) | Value::Bool(true)) => {
                copy.insert("additionalProperties".into(), Value::Bool(true));
            }
            _ => {}
        }
        if node.get("type") == Some(&json!("array")) {
            let items = node.get("items").unwrap_or(&Value::Null);
            copy.insert("items".into(), self.schema(items, &format!("{pointer}/items")));
        }
        self.compositions(node, pointer, &mut copy);
        Value::Object(copy)
    }

    /// `allOf` as it is; `anyOf` as `oneOf`: a union of types either way, and only the latter reads scalars.
    fn compositions(&mut self, node: &Map<String, Value>, pointer: &str, copy: &mut Map<String, Value>) {
        for (key, target) in [("allOf", "allOf"), ("oneOf", "oneOf"), ("anyOf", "oneOf")] {
            let Some(Value::Array(parts)) = node.get(key) else { continue };
            let mut lowered: Vec<Value> = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let part = self.schema(part, &format!("{pointer}/{key}/{index}"));
                // Alternatives that differ in what was left out are one.
                if (key == "allOf" || shapes_a_type(&part)) && !lowered.contains(&part) {
                    lowered.push(part);
                }
            }
            let parts = lowered;
            let target = if parts.len() == 1 { "allOf" } else { target };
            if !parts.is_empty() && !copy.contains_key(target) {
                copy.insert(target.into(), Value::Array(parts));
            }
        }
    }

    fn properties(&mut self, properties: &Map<String, Value>, pointer: &str) -> Value {
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        let mut copy = Map::new();
        for (name, schema) in properties {
            let at = format!("{pointer}/properties/{}", escape(name));
            if let Some(other) = names.insert(rust_name(name), name) {
                let message = format!("properties `{other}` and `{name}` would be one field in the client");
                self.problem(&at, message, "one of them has to go: a client cannot tell them apart");
                continue;
            }
            copy.insert(name.clone(), self.schema(schema, &at));
        }
        Value::Object(copy)
    }

    fn defines(&self, name: &str) -> bool {
        let schemas = self.document.at("/components/schemas").and_then(Value::as_object);
        schemas.is_some_and(|schemas| schemas.contains_key(&unescape(name)))
    }
}

/// The values of an enumeration of texts that become distinct Rust names; other enumerations are dropped.
fn string_enum(node: &Map<String, Value>) -> Option<Vec<&str>> {
    let values: Vec<&Value> = node.get("enum")?.as_array()?.iter().filter(|value| !value.is_null()).collect();
    let values: Vec<&str> = values.into_iter().map(Value::as_str).collect::<Option<_>>()?;
    let mut names: Vec<String> =
        values.iter().map(|value| value.chars().filter(|c| c.is_alphanumeric()).collect::<String>()).collect();
    names.iter_mut().for_each(|name| *name = name.to_lowercase());
    names.sort();
    names.dedup();
    let distinct = names.len() == values.len() && !names.iter().any(String::is_empty);
    (distinct && !values.is_empty()).then_some(values)
}

fn shapes_a_type(part: &Value) -> bool {
    part.as_object().is_none_or(|part| part.keys().any(|key| !matches!(key.as_str(), "required" | "description")))
}

fn response(schema: Option<&Value>) -> Value {
    match schema {
        Some(schema) => json!({"description": "", "content": {"application/json": {"schema": schema}}}),
        None => json!({"description": ""}),
    }
}

fn is_header(parameter: &Value, name: &str) -> bool {
    parameter["in"] == json!("header") && parameter["name"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(name))
}

fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}
