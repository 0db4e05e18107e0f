//! How a list is sorted.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{About, Grade, Handling, Slot};
use crate::finding::Level;

/// How values of a sort field compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// As numbers.
    Number,
    /// As RFC 3339 instants.
    Instant,
    /// As text, whose collation is never specified.
    Text,
}

/// Ascending or descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// How a list is sorted.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Sort {
    /// The parameter that names the field.
    pub by: Option<SortSlot>,
    /// The parameter that names the direction.
    pub direction: Option<DirectionSlot>,
    /// Values of `by`.
    pub fields: IndexMap<String, SortField>,
    /// Values of `by` that say field and direction at once.
    pub values: IndexMap<String, SortField>,
    /// The order without any parameter.
    pub default: Option<SortField>,
    /// What an unknown field or direction gets.
    pub unknown: Option<Handling>,
    /// Level of a refusal when no order is asked for; of a server that refuses, the default order is asked for by its name.
    pub omitted: Option<Grade>,
    /// Level of sorting that has no effect at all.
    pub unsupported: Option<Grade>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// The parameter that names the sort field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "SortSlotText")]
pub struct SortSlot {
    /// Where it is sent.
    pub slot: Slot,
    /// What is sent, with `{field}` and `{direction}` in it.
    pub template: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SortSlotText {
    Long {
        slot: Slot,
        #[serde(default)]
        template: Option<Value>,
    },
    Short(Slot),
}

impl From<SortSlotText> for SortSlot {
    fn from(text: SortSlotText) -> Self {
        match text {
            SortSlotText::Long { slot, template } => Self { slot, template },
            SortSlotText::Short(slot) => Self { slot, template: None },
        }
    }
}

/// The parameter that names the direction.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DirectionSlot {
    /// Where it is sent; `None` when a template of `by` carries it.
    #[serde(default)]
    pub slot: Option<Slot>,
    /// The word for ascending.
    pub ascending: Value,
    /// The word for descending.
    pub descending: Value,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// One way of sorting.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SortField {
    /// The record's field.
    pub field: String,
    /// How its values compare.
    #[serde(rename = "as")]
    pub order: Order,
    /// Its direction, where the value says it.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

impl SortField {
    /// The level of a wrong order: text is a note unless the document says more.
    #[must_use]
    pub fn level(&self, strict: bool) -> Level {
        let fallback = if self.order == Order::Text { Level::Note } else { Level::Deny };
        self.about.level(strict, fallback)
    }
}
