//! From a document to a contract.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use serde_json::Value;

use super::operation::{Body, Location, Media, Operation, Parameter, Response, Scheme, Status, essence, is_json};
use super::semantics::{About, OperationClause, Root};
use super::{Contract, ContractError, Schemas, Shapes, external, vocabulary};
use crate::document::{Document, DocumentError, escape};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The text of a contract that is part of the binary.
fn embedded(name: &str) -> Option<&'static str> {
    Some(match name {
        "flexportal" => include_str!("../../openapi/flexportal.yaml"),
        "flexprice" => include_str!("../../openapi/flexprice.yaml"),
        "maple" => include_str!("../../openapi/maple.yaml"),
        _ => return None,
    })
}

impl Contract {
    /// A contract that is part of the binary, by name.
    ///
    /// # Errors
    /// When no contract of that name is shipped; the message suggests the nearest.
    ///
    /// # Example
    /// ```
    /// use contract_gate::contract::Contract;
    /// let contract = Contract::shipped("flexportal").expect("is shipped");
    /// assert!(contract.operation("listCustomers").is_some());
    /// assert!(Contract::shipped("flexportl").is_err());
    /// ```
    pub fn shipped(name: &str) -> Result<Self, ContractError> {
        let Some(text) = embedded(name) else {
            return Err(DocumentError {
                path: name.into(),
                span: None,
                message: "is neither a shipped contract nor a file".to_owned(),
                remedy: match crate::suggest::nearest(name, Self::SHIPPED) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("name one of {}, or an OpenAPI file", Self::SHIPPED.join(", ")),
                },
            }
            .into());
        };
        let document = Document::parse(Path::new(&format!("openapi/{name}.yaml")), text.to_owned())?;
        Self::from_document(name, document)
    }

    /// A shipped contract by name, or a document by path: what has the name of a shipped contract is one, and `./NAME` the
    /// file.
    ///
    /// # Errors
    /// When there is neither, or the document cannot serve as a contract.
    pub fn open(name: &str) -> Result<Self, ContractError> {
        Self::open_with(name, None)
    }

    /// Like [`Contract::open`], with an OpenAPI Overlay 1.0 applied: for documents that may not be edited.
    ///
    /// # Errors
    /// As [`Contract::open`], and when the overlay cannot be read or its targets are no JSONPath.
    pub fn open_with(name: &str, overlay: Option<&Path>) -> Result<Self, ContractError> {
        let path = Path::new(name);
        let is_name = Self::SHIPPED.contains(&name) || (!path.exists() && !name.contains(['/', '.', '\\']));
        match overlay {
            _ if !is_name => Self::read(path, overlay),
            None => Self::shipped(name),
            Some(overlay) => Self::from_document(name, super::annotate(Self::shipped(name)?.document, overlay)?),
        }
    }

    /// A document in a file, whatever it is called, with an OpenAPI Overlay 1.0 applied if one is given.
    ///
    /// # Errors
    /// When one of them cannot be read, or the document cannot serve as a contract.
    pub fn read(path: &Path, overlay: Option<&Path>) -> Result<Self, ContractError> {
        let document = Document::read(path)?;
        let stem = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy();
        match overlay {
            Some(overlay) => Self::from_document(&stem, super::annotate(document, overlay)?),
            None => Self::from_document(&stem, document),
        }
    }

    /// Reads a document as a contract.
    ///
    /// # Errors
    /// With every problem found: no OpenAPI 3.0, references that lead nowhere, a misspelt key of our vocabulary, rules
    /// that are no CEL, schemas that cannot be compiled.
    pub fn from_document(name: &str, document: Document) -> Result<Self, ContractError> {
        let root = document.root();
        let text = |pointer: &str| root.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        if !text("/openapi").starts_with("3.") || !root.get("paths").is_some_and(Value::is_object) {
            let message = "is no OpenAPI 3 document: `openapi: 3.x` or `paths` is missing".to_owned();
            let remedy = "convert Swagger 2.0 documents first".to_owned();
            return Err(document.error_at("", message, remedy).into());
        }
        let problems = vocabulary::check(&document);
        if !problems.is_empty() {
            return Err(ContractError { problems });
        }
        let (title, version) = (text("/info/title"), text("/info/version"));
        let clause = root.get("x-contract").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let semantics: Root = serde_json::from_value(clause)
            .map_err(|error| document.error_at("/x-contract", error.to_string(), "see openapi/README.md".to_owned()))?;
        // A document of the same name that says something else has another client.
        let has_client = document.overlay().is_none() && embedded(name).is_some_and(|text| text == document.text());
        let mut contract = Self {
            name: name.to_owned(),
            has_client,
            document,
            title,
            version,
            root: semantics,
            operations: Vec::new(),
            schemes: BTreeMap::new(),
            shapes: Shapes::default(),
            checkers: BTreeMap::new(),
            values: Mutex::default(),
            expressions: Mutex::default(),
        };
        let mut problems = ContractError::default();
        contract.schemes = contract.read_schemes();
        contract.operations = contract.read_operations(&mut problems);
        contract.settle_filters(|_| None);
        contract.compile(&mut problems);
        if problems.problems.is_empty() { Ok(contract) } else { Err(problems) }
    }

    fn read_schemes(&self) -> BTreeMap<String, Scheme> {
        let names = self.document.at("/components/securitySchemes").and_then(Value::as_object);
        let mut schemes = BTreeMap::new();
        for name in names.into_iter().flat_map(|map| map.keys()) {
            let (_, node) = self.resolve(&format!("/components/securitySchemes/{}", escape(name)));
            let text = |key: &str| node.get(key).and_then(Value::as_str).unwrap_or_default();
            let scheme = match (text("type"), text("scheme").to_ascii_lowercase().as_str(), text("in")) {
                ("http", "bearer", _) | ("oauth2" | "openIdConnect", _, _) => Scheme::Bearer,
                ("http", "basic", _) => Scheme::Basic,
                ("apiKey", _, "header") => Scheme::HeaderKey(text("name").to_owned()),
                ("apiKey", _, "query") => Scheme::QueryKey(text("name").to_owned()),
                (kind, scheme, _) => Scheme::Other(format!("{kind} {scheme}")),
            };
            schemes.insert(name.clone(), scheme);
        }
        schemes
    }

    fn read_operations(&self, problems: &mut ContractError) -> Vec<Operation> {
        let mut operations: Vec<Operation> = Vec::new();
        let paths = self.document.at("/paths").and_then(Value::as_object);
        for path in paths.into_iter().flat_map(|map| map.keys()).filter(|path| path.starts_with('/')) {
            let (item, node) = self.resolve(&format!("/paths/{}", escape(path)));
            for method in METHODS {
                if node.get(method).is_none_or(|operation| !operation.is_object()) {
                    continue;
                }
                let operation = self.read_operation(path, &item, method, problems);
                if operations.iter().any(|other| other.id == operation.id) {
                    let message = format!("`operationId` {} is used twice", operation.id);
                    problems.push(self, &operation.pointer, message, "give each operation its own");
                }
                operations.push(operation);
            }
        }
        operations
    }

    fn read_operation(&self, path: &str, item: &str, method: &str, problems: &mut ContractError) -> Operation {
        let pointer = format!("{item}/{method}");
        let (_, node) = self.resolve(&pointer);
        let id = node.get("operationId").and_then(Value::as_str);
        let clause = match node.get("x-contract") {
            Some(clause) => serde_json::from_value(clause.clone()).unwrap_or_else(|error| {
                let at = format!("{pointer}/x-contract");
                problems.push(self, &at, error.to_string(), "see openapi/README.md");
                OperationClause::default()
            }),
            None => OperationClause::default(),
        };
        let mut parameters = self.read_parameters(&pointer);
        for shared in self.read_parameters(item) {
            if !parameters.iter().any(|own| own.name == shared.name && own.location == shared.location) {
                parameters.push(shared);
            }
        }
        let security = node.get("security").or_else(|| self.document.at("/security"));
        let security = security.and_then(Value::as_array).map(|alternatives| {
            alternatives
                .iter()
                .filter_map(Value::as_object)
                .map(|schemes| schemes.keys().cloned().collect())
                .collect::<Vec<Vec<String>>>()
        });
        Operation {
            id: id.map_or_else(|| format!("{} {path}", method.to_ascii_uppercase()), str::to_owned),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            parameters,
            body: self.read_body(&format!("{pointer}/requestBody")),
            responses: self.read_responses(&format!("{pointer}/responses")),
            security: security.unwrap_or_default(),
            clause,
            source: node.get("x-source").and_then(Value::as_str).map(str::to_owned),
            pointer,
        }
    }

    fn read_parameters(&self, owner: &str) -> Vec<Parameter> {
        let count = self.document.at(&format!("{owner}/parameters")).and_then(Value::as_array).map_or(0, Vec::len);
        let mut parameters = Vec::new();
        for index in 0..count {
            let (pointer, node) = self.resolve(&format!("{owner}/parameters/{index}"));
            let text = |key: &str| node.get(key).and_then(Value::as_str);
            let (Some(name), Some(location)) = (text("name"), text("in").and_then(location)) else { continue };
            let (_, schema) = self.resolve(&format!("{pointer}/schema"));
            let first_example = node.get("examples").and_then(Value::as_object).and_then(|all| all.values().next());
            let example = node
                .get("example")
                .or_else(|| first_example.and_then(|example| example.get("value")))
                .or_else(|| schema.get("example"));
            parameters.push(Parameter {
                name: name.to_owned(),
                location,
                required: node.get("required") == Some(&Value::Bool(true)) || location == Location::Path,
                schema: schema.clone(),
                explode: node.get("explode").and_then(Value::as_bool).unwrap_or(location == Location::Query),
                example: example.cloned(),
                pointer,
            });
        }
        parameters
    }

    fn read_body(&self, pointer: &str) -> Option<Body> {
        let (pointer, node) = self.resolve(pointer);
        let content = node.get("content")?.as_object()?;
        let media = content.keys().find(|name| is_json(name))?;
        Some(Body {
            required: node.get("required") == Some(&Value::Bool(true)),
            schema: format!("{pointer}/content/{}/schema", escape(media)),
            media: media.clone(),
        })
    }

    fn read_responses(&self, pointer: &str) -> Vec<Response> {
        let keys = self.document.at(pointer).and_then(Value::as_object);
        let mut responses = Vec::new();
        for key in keys.into_iter().flat_map(|map| map.keys()) {
            let Some(status) = Status::parse(key) else { continue };
            let (pointer, node) = self.resolve(&format!("{pointer}/{}", escape(key)));
            let content = node.get("content").and_then(Value::as_object);
            let media = content
                .into_iter()
                .flatten()
                .map(|(name, media)| Media {
                    name: essence(name),
                    schema: media.get("schema").is_some().then(|| format!("{pointer}/content/{}/schema", escape(name))),
                })
                .collect();
            let about: About =
                node.get("x-contract").and_then(|a| serde_json::from_value(a.clone()).ok()).unwrap_or_default();
            responses.push(Response { status, pointer, media, about });
        }
        responses
    }

    /// Compiles validators and shapes of every schema that an answer can have.
    fn compile(&mut self, problems: &mut ContractError) {
        let known = self.known_resources(problems);
        let pointers: Vec<String> = self
            .operations
            .iter()
            .flat_map(|operation| &operation.responses)
            .flat_map(|response| &response.media)
            .filter_map(|media| media.schema.clone())
            .chain(known)
            .collect();
        let schemas = match Schemas::new(self.document.root()) {
            Ok(schemas) => schemas,
            Err(error) => {
                problems.push(self, "/components", error, "mend the schema that the message names");
                return;
            }
        };
        let mut shapes = Shapes::default();
        let mut is_open = false;
        for pointer in pointers {
            if self.checkers.contains_key(&pointer) {
                continue;
            }
            shapes.intern(self, &pointer, problems);
            match schemas.checker(&pointer) {
                Ok(checker) => {
                    self.checkers.insert(pointer, checker);
                }
                Err(error) if external::is_blamed(&error) => is_open = true,
                Err(error) => {
                    let remedy = "mend the schema, or the reference in it that leads nowhere";
                    problems.push(self, &pointer, format!("the schema cannot be compiled: {error}"), remedy);
                }
            }
        }
        self.shapes = shapes;
        if is_open {
            for (pointer, message) in external::references(self.document.root()) {
                problems.push(self, &pointer, message, "bundle the document first, so that it holds what it refers to");
            }
        }
    }

    /// Pointers to the schemas of the resources; those that do not exist are blamed on the clauses that name them.
    fn known_resources(&self, problems: &mut ContractError) -> Vec<String> {
        let mut known = Vec::new();
        for (name, resource) in &self.root.resources {
            let Some(pointer) = resource.schema.strip_prefix('#') else { continue };
            if self.document.at(pointer).is_some() {
                known.push(pointer.to_owned());
                continue;
            }
            let at = format!("/x-contract/resources/{}/schema", escape(name));
            let message = format!("the schema of resource `{name}` does not exist: `{}`", resource.schema);
            problems.push(self, &at, message, "name a schema of this document, as `#/components/schemas/…`");
        }
        known
    }
}

fn location(text: &str) -> Option<Location> {
    Some(match text {
        "query" => Location::Query,
        "header" => Location::Header,
        "path" => Location::Path,
        "cookie" => Location::Cookie,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_contract_loads() {
        for name in Contract::SHIPPED {
            let contract = Contract::shipped(name).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!contract.title.is_empty());
        }
    }

    #[test]
    fn a_misspelt_name_is_suggested() {
        let error = Contract::open("flexportl").expect_err("not shipped");
        assert!(error.to_string().contains("did you mean `flexportal`?"), "{error}");
    }
}
