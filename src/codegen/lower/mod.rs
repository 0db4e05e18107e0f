//! The copy of a document that the client generator can digest.
//!
//! The generator knows less than OpenAPI 3.0, and where it knows a keyword it is sometimes wrong about it. The copy
//! leaves out what does not shape a type (bounds, patterns, formats, examples), rewrites what the generator gets wrong,
//! and refuses, with the place in the document, what it cannot express. It only ever widens: whatever the document
//! allows in an answer, the generated types can read. Nothing is judged by this copy; that is what validators are for.

mod bodies;
mod paths;
mod schema;

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use crate::document::{Document, DocumentError, escape};

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
}
