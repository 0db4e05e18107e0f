//! A loaded document: operations, schemas compiled to validators, and what `x-contract` promises.
//!
//! Everything that is special to an API is data in its document; this module gives it shape and place, and knows neither
//! checks nor servers. The value goes on to `plan`, `judge`, `mock` and `diff`.

mod expression;
mod external;
mod fingerprint;
mod load;
mod operation;
mod overlay;
mod schema;
mod scope;
pub mod semantics;
mod sent;
mod shape;
mod standing;
pub mod template;
mod vocabulary;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

pub(crate) use expression::FUNCTIONS;
pub use expression::{Expression, ExpressionError, Truth, instant, moment};
// These show types of the CEL library, whose versions are none of ours.
#[doc(hidden)]
pub use expression::{borrowed, borrowed_map, library, to_cel};
pub use fingerprint::fingerprint;
pub(crate) use fingerprint::fingerprint_of_members;
pub use operation::{Body, JSON, Location, Media, Operation, Parameter, Response, Scheme, Status, essence, is_json};
pub use overlay::annotate;
pub use schema::{Breach, Checker, SchemaError, Schemas, lower};
pub use scope::Scope;
pub use shape::{Rule, Shape, ShapeId, Shapes, Visitor};
pub use standing::Standing;

use crate::document::{Document, DocumentError};
use crate::finding::Place;
use semantics::{Lists, Resource, Root, Slot};

/// Schemas of single values, by operation and slot.
type ValueSchemas = HashMap<(String, Slot), Option<Arc<Value>>>;

/// A loaded contract.
#[derive(Debug)]
pub struct Contract {
    /// Short name: that of the shipped contract, or the file's stem.
    pub name: String,
    /// Whether the typed client of that name is generated from this very document.
    pub has_client: bool,
    /// The document.
    pub document: Document,
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// What the root clause promises.
    pub root: Root,
    /// Operations in document order.
    pub operations: Vec<Operation>,
    /// Security schemes by name.
    pub schemes: BTreeMap<String, Scheme>,
    /// Shapes of all schemas that answers can have.
    pub shapes: Shapes,
    /// Validators by schema pointer.
    checkers: BTreeMap<String, Checker>,
    /// Schemas of single values by operation and slot, once somebody asks.
    values: Mutex<ValueSchemas>,
    /// Expressions of filters by their text, once somebody asks.
    expressions: Mutex<HashMap<String, Arc<Expression>>>,
}

/// Why a document cannot serve as a contract: one entry per place.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ContractError {
    /// What is wrong and where, in document order.
    pub problems: Vec<DocumentError>,
}

impl ContractError {
    pub(crate) fn push(&mut self, contract: &Contract, pointer: &str, message: String, remedy: &str) {
        self.problems.push(contract.document.error_at(pointer, message, remedy.to_owned()));
    }
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ContractError {}

impl From<DocumentError> for ContractError {
    fn from(problem: DocumentError) -> Self {
        Self { problems: vec![problem] }
    }
}

impl Contract {
    /// Names of the contracts that are part of the binary.
    pub const SHIPPED: [&'static str; 3] = ["flexportal", "flexprice", "maple"];

    /// Follows local references from a pointer; gives the final pointer and its node.
    ///
    /// A reference that leads nowhere, or in a circle, gives `Value::Null`.
    #[must_use]
    pub fn resolve(&self, pointer: &str) -> (String, &Value) {
        let mut at = pointer.to_owned();
        for _ in 0..32 {
            match self.document.at(&at) {
                Some(node) => match node.get("$ref").and_then(Value::as_str) {
                    Some(reference) => match reference.strip_prefix('#') {
                        Some(next) => {
                            at = percent_encoding::percent_decode_str(next).decode_utf8_lossy().into_owned();
                        }
                        None => return (at, &Value::Null),
                    },
                    None => return (at, node),
                },
                None => return (at, &Value::Null),
            }
        }
        (at, &Value::Null)
    }

    /// The expression of a text, compiled once; all who ask share what it remembers.
    ///
    /// # Errors
    /// When the text is no CEL.
    pub fn expression(&self, text: &str) -> Result<Arc<Expression>, ExpressionError> {
        let mut expressions = self.expressions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = expressions.get(text) {
            return Ok(Arc::clone(known));
        }
        let compiled = Arc::new(Expression::compile(text)?);
        expressions.insert(text.to_owned(), Arc::clone(&compiled));
        Ok(compiled)
    }

    /// The validator of a schema pointer that some response uses.
    #[must_use]
    pub fn checker(&self, schema: &str) -> Option<&Checker> {
        self.checkers.get(schema)
    }

    /// The schema of the values of a slot, worked out once: planning asks for it again and again.
    pub(crate) fn value_schema(
        &self,
        operation: &Operation,
        slot: &Slot,
        work_out: impl FnOnce() -> Option<Value>,
    ) -> Option<Arc<Value>> {
        let key = (operation.id.clone(), slot.clone());
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.entry(key).or_insert_with(|| work_out().map(Arc::new)).clone()
    }

    /// The place of a pointer in the document.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        let (file, span) = self.document.place(pointer);
        Place { file: file.display().to_string(), pointer: pointer.to_owned(), line: span.line, column: span.column }
    }

    /// An operation by its id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The resource that a list or a reader names.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.root.resources.get(name)
    }

    /// Pointer, in a record, to the key of a list's records.
    #[must_use]
    pub fn key_of<'a>(&'a self, lists: &'a Lists) -> &'a str {
        lists.key.as_deref().unwrap_or_else(|| self.resource(&lists.resource).map_or("", |resource| &resource.key))
    }

    /// Pointer to the schema of a success answer's body.
    #[must_use]
    pub fn success_schema<'a>(&self, operation: &'a Operation) -> Option<&'a str> {
        operation.success()?.media.iter().find_map(|media| media.schema.as_deref())
    }

    /// Shape of the records of a list.
    #[must_use]
    pub fn record_shape(&self, operation: &Operation, lists: &Lists) -> Option<ShapeId> {
        let body = self.shapes.find(&self.resolve(self.success_schema(operation)?).0)?;
        self.shapes.at(body, &lists.place(0))
    }

    /// Pointer to the schema of a field: `spot` is a pointer into the body of a success answer.
    #[must_use]
    pub fn field_pointer(&self, operation: &Operation, spot: &str) -> Option<String> {
        let body = self.shapes.find(&self.resolve(self.success_schema(operation)?).0)?;
        Some(self.shapes.get(self.shapes.at(body, spot)?).pointer.clone())
    }

    /// Where the document is of a later OpenAPI than the one by whose rules it is judged: what that means, in words.
    #[must_use]
    pub fn judged_in_part(&self) -> Option<String> {
        let version = self.document.at("/openapi").and_then(Value::as_str)?;
        let words = "judged by the rules of 3.0: keywords that only later versions have are not looked at";
        (!version.starts_with("3.0")).then(|| format!("the document is of OpenAPI {version} and {words}"))
    }

    /// The nearest `x-source` at or above a pointer of the document, else, of a clause, the `source` of the root's
    /// `x-contract`.
    #[must_use]
    pub fn source_at(&self, pointer: &str) -> Option<String> {
        let told = |node: Option<&Value>, key: &str| node?.get(key)?.as_str().map(str::to_owned);
        let mut at = Some(pointer);
        while let Some(here) = at {
            let node = self.document.at(here);
            if let Some(source) = told(node, "x-source").or_else(|| told(node, "source")) {
                return Some(source);
            }
            at = here.rfind('/').map(|end| &here[..end]);
        }
        let of_clause = pointer.contains("/x-contract/");
        of_clause.then(|| told(self.document.at("/x-contract"), "source")).flatten()
    }

    /// Hash of the text, and of the overlay's if there is one: 16 hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let own = xxhash_rust::xxh3::xxh3_64(self.document.text().as_bytes());
        let overlay = self.document.overlay();
        let whole = overlay.map_or(own, |file| xxhash_rust::xxh3::xxh3_64_with_seed(file.text().as_bytes(), own));
        format!("{whole:016x}")
    }
}
