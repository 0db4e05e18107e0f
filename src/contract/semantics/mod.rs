//! What a document promises beyond OpenAPI: the `x-contract` vocabulary as types.
//!
//! Shapes only: `openapi/README.md` is the reference of what each clause means, and `x-contract.schema.json` has
//! checked the text before it is read into these types. A clause that is `None` promises nothing.

mod about;
mod filter;
mod handling;
mod page;
mod place;
mod read;
mod root;
mod sort;

use indexmap::IndexMap;
use serde::Deserialize;

pub use about::{About, Grade};
pub use filter::{Absent, Case, Filter, Match};
pub use handling::{Choice, Handling};
pub use page::{DefaultSize, Next, Page, Size, Start};
pub use place::{Clause, Slot, Spot, With};
pub use read::{Expand, ReadKey, Reads};
pub use root::{Refusal, Refusals, Resource, Root, Tenancy};
pub use sort::{Direction, DirectionSlot, Order, Sort, SortField, SortSlot};

/// The operation's clause.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct OperationClause {
    /// It lists records.
    pub lists: Option<Lists>,
    /// It reads one record.
    pub reads: Option<Reads>,
    /// It can add related records.
    pub expands: Vec<Expand>,
}

/// A list operation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Lists {
    /// Name of the resource.
    pub resource: String,
    /// Pointer to the array of records.
    pub items: String,
    /// Key, where it differs from the resource's.
    #[serde(default)]
    pub key: Option<String>,
    /// How it is paged.
    #[serde(default)]
    pub page: Page,
    /// Filters by name.
    #[serde(default)]
    pub filters: IndexMap<String, Filter>,
    /// Level at which filters sent together give their intersection.
    #[serde(default)]
    pub combine: Option<Grade>,
    /// How it is sorted.
    #[serde(default)]
    pub sort: Option<Sort>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// A cross-field rule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RuleClause {
    /// Kebab-case, names what holds.
    pub id: String,
    /// CEL; true is lawful.
    pub rule: String,
    /// CEL; the rule is asked only where it is true.
    #[serde(default)]
    pub when: Option<String>,
    /// What is wrong when it does not hold.
    #[serde(default)]
    pub message: Option<String>,
    /// Rules of one group are readings of one thing.
    #[serde(default)]
    pub group: Option<String>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}
