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
use serde_json::Value;

pub use about::{About, Grade};
pub use filter::{Absent, Case, Filter, Match};
pub use handling::{Choice, Handling};
pub use page::{DefaultSize, Next, Page, Size, Start};
pub use place::{Clause, Counted, Entry, Slot, Spot, With};
pub use read::{Expand, Gone, ReadKey, Reads};
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

impl OperationClause {
    /// Every place of the request that a clause gives a meaning.
    #[must_use]
    pub fn slots(&self) -> Vec<&Slot> {
        self.roles().into_iter().map(|(slot, _)| slot).collect()
    }

    /// Every place of the request that a clause gives a meaning, and which: a word that says what checks do with it.
    pub(super) fn roles(&self) -> Vec<(&Slot, Role)> {
        let mut roles: Vec<(&Slot, Role)> = Vec::new();
        if let Some(lists) = &self.lists {
            let page = &lists.page;
            let starts = page.offset.iter().chain(&page.number).map(|start| &start.slot);
            let next = page.next.iter().filter_map(|next| next.slot.as_ref());
            let total = page.total.iter().filter_map(|total| Some(&total.with.as_ref()?.slot));
            let paging = page.size.iter().map(|size| &size.slot).chain(next).chain(starts).chain(total);
            roles.extend(paging.map(|slot| (slot, Role::Pages)));
            roles.extend(lists.filters.values().map(|filter| (&filter.slot, Role::Filters)));
            if let Some(sort) = &lists.sort {
                let by = sort.by.iter().map(|by| &by.slot);
                let directions = sort.direction.iter().filter_map(|direction| direction.slot.as_ref());
                roles.extend(by.chain(directions).map(|slot| (slot, Role::Sorts)));
            }
        }
        roles.extend(self.reads.iter().flat_map(|reads| &reads.by).map(|by| (&by.slot, Role::Reads)));
        roles.extend(self.expands.iter().map(|expand| (&expand.slot, Role::Expands)));
        roles
    }
}

/// What a clause does with a place of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Pages,
    Filters,
    Sorts,
    Reads,
    Expands,
}

/// A list operation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Lists {
    /// Name of the resource.
    pub resource: String,
    /// Pointer to the array of records.
    pub items: String,
    /// Pointer to the record in each item; empty: the item is the record.
    #[serde(default)]
    pub item: String,
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

impl Lists {
    /// The records of a body; null where an item holds none.
    #[must_use]
    pub fn records<'a>(&self, body: &'a Value) -> Vec<&'a Value> {
        let items = body.pointer(&self.items).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        items.iter().map(|item| self.record(item)).collect()
    }

    /// The record in an item; null where there is none.
    #[must_use]
    pub fn record<'a>(&self, item: &'a Value) -> &'a Value {
        item.pointer(&self.item).unwrap_or(&Value::Null)
    }

    /// Words for where the records of a page are.
    #[must_use]
    pub fn place_words(&self) -> String {
        if self.items.is_empty() { "the top of the body".to_owned() } else { format!("`{}`", self.items) }
    }

    /// Whether anything leads from one page to the next.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        let page = &self.page;
        page.next.is_some() || page.offset.is_some() || page.number.is_some()
    }

    /// Pointer into the body of a page to its record number `index`.
    #[must_use]
    pub fn place(&self, index: usize) -> String {
        format!("{}/{index}{}", self.items, self.item)
    }
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
