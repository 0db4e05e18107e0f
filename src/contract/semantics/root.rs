//! The document's root clause: resources, tenancy, refusals.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{About, Grade, Handling, Slot};

/// The document's root clause.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Root {
    /// Version of the vocabulary.
    pub version: u32,
    /// Resources by name.
    pub resources: BTreeMap<String, Resource>,
    /// What selects and shows the tenant.
    pub tenancy: Option<Tenancy>,
    /// Statuses that count as which refusal.
    pub refusals: Refusals,
    /// Where errors may show internals, and at which level that counts; elsewhere it is deny.
    pub leaks: Option<Leaks>,
    /// What a parameter that nobody declared gets.
    pub unknown_parameters: Option<Handling>,
}

/// Fields of errors that hold the server's own words.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Leaks {
    /// Pointers into error bodies.
    pub fields: Vec<String>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// What ties a list, its reader and its aliases together.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Resource {
    /// `#/components/schemas/...` of one record.
    pub schema: String,
    /// Pointer to the identifying field.
    pub key: String,
    /// Pointer to a field that changes whenever the record does.
    pub version: Option<String>,
    /// Fields in which list and reader may disagree.
    pub volatile: Vec<String>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// What selects the tenant, and which field shows it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Tenancy {
    /// What selects it; `None`: the credential alone does.
    #[serde(default)]
    pub slot: Option<Slot>,
    /// The record's field that shows it.
    #[serde(default)]
    pub field: Option<String>,
    /// Level at which the field must equal the value sent.
    #[serde(default)]
    pub echo: Option<Grade>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// Refusals by class.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Refusals {
    /// No credential, or a wrong one.
    pub unauthenticated: Option<Refusal>,
    /// No tenant selected, or an unknown one.
    pub no_tenant: Option<Refusal>,
    /// A record of another tenant.
    pub foreign: Option<Refusal>,
    /// A record that does not exist.
    pub not_found: Option<Refusal>,
    /// A value that the contract does not allow.
    pub invalid: Option<Refusal>,
}

/// The statuses of one class of refusal.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Refusal {
    /// Documented statuses.
    #[serde(default)]
    pub statuses: Vec<u16>,
    /// Statuses that pass with a note.
    #[serde(default)]
    pub tolerated: Vec<u16>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

impl Refusal {
    /// Whether a status belongs to this class, tolerated ones included.
    #[must_use]
    pub fn accepts(&self, status: u16) -> bool {
        self.statuses.contains(&status) || self.tolerated.contains(&status)
    }
}
