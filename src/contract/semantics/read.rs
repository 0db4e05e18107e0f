//! How one record is read, and what can be added to it.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::{About, Grade, Handling, Slot};

/// A read operation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Reads {
    /// Name of the resource.
    pub resource: String,
    /// Pointer to the record in the answer's body; empty: the body is the record.
    #[serde(default)]
    pub item: String,
    /// By which keys.
    pub by: Vec<ReadKey>,
    /// Listed records that need not be found.
    #[serde(default)]
    pub gone: Option<Gone>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

impl Reads {
    /// The record in a body; null where there is nothing in its place.
    #[must_use]
    pub fn record<'a>(&self, body: &'a Value) -> &'a Value {
        body.pointer(&self.item).unwrap_or(&Value::Null)
    }

    /// Pointer into the body of a pointer into the record.
    #[must_use]
    pub fn pointer(&self, field: &str) -> String {
        format!("{}{field}", self.item)
    }
}

/// Records that a list may still show and a reader need not know any more, as after a soft delete.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Gone {
    /// Pointer to the field that shows it.
    pub field: String,
    /// Its values.
    pub values: Vec<Value>,
    /// Level of such a record not being found, a note unless it is said, and source.
    #[serde(flatten)]
    pub about: About,
}

impl Gone {
    /// Whether a record is one of them.
    #[must_use]
    pub fn covers(&self, record: &Value) -> bool {
        record.pointer(&self.field).is_some_and(|value| self.values.contains(value))
    }
}

/// A key by which a record is read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ReadKey {
    /// Where it is sent.
    pub slot: Slot,
    /// The record's field that it equals.
    pub key: String,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// A related record that can be asked for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Expand {
    /// Where it is asked for.
    pub slot: Slot,
    /// What is sent.
    pub value: Value,
    /// Pointer to the field that it adds to a record.
    pub adds: String,
    /// Resource of the addition.
    #[serde(default)]
    pub resource: Option<String>,
    /// Pointers that must agree: inside the addition, inside the record.
    #[serde(default)]
    pub agrees: IndexMap<String, String>,
    /// Level of the addition showing up though nobody asked.
    #[serde(default)]
    pub unasked: Option<Grade>,
    /// What an unknown value gets.
    #[serde(default)]
    pub unknown: Option<Handling>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}
