//! What a filter lets through.

use serde::Deserialize;
use serde_json::Value;

use super::{About, Grade, Handling, Slot};

/// How a filter compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// The field equals the value.
    #[default]
    Equal,
    /// The field contains the value.
    Contains,
    /// The field is at least the value.
    AtLeast,
    /// The field is at most the value.
    AtMost,
    /// The field is above the value.
    Above,
    /// The field is below the value.
    Below,
    /// The field is one of the values.
    AnyOf,
}

/// Whether case counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// It counts.
    #[default]
    Exact,
    /// It does not.
    Ignore,
    /// The sources leave it open.
    Either,
}

/// What leaving a filter out means.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Absent {
    /// Either everything or only the records with this value.
    Either {
        /// The value.
        either: Value,
    },
    /// Only the records with this value.
    Only(Value),
}

/// A filter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Filter {
    /// Where it is sent.
    pub slot: Slot,
    /// The record's field that it looks at.
    #[serde(default)]
    pub field: Option<String>,
    /// How it compares.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// Whether case counts.
    #[serde(default)]
    pub case: Case,
    /// CEL over `self` and `value`, instead of field and match.
    #[serde(default)]
    pub rule: Option<String>,
    /// Values to try.
    #[serde(default)]
    pub values: Vec<Value>,
    /// What is sent, with `{value}` in it.
    #[serde(default)]
    pub template: Option<Value>,
    /// What leaving it out means.
    #[serde(default)]
    pub absent: Option<Absent>,
    /// What a value outside the enumeration gets.
    #[serde(default)]
    pub unknown: Option<Handling>,
    /// Level at which at most one record matches; `true` is deny.
    #[serde(default, deserialize_with = "flag_or_grade")]
    pub unique: Option<Grade>,
    /// Whether a matching record may be missing.
    #[serde(default)]
    pub partial: bool,
    /// Level of a filter that is refused or has no effect at all.
    #[serde(default)]
    pub unsupported: Option<Grade>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

fn flag_or_grade<'de, D: serde::Deserializer<'de>>(text: D) -> Result<Option<Grade>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Text {
        Flag(bool),
        Grade(Grade),
    }
    Ok(match Text::deserialize(text)? {
        Text::Flag(flag) => flag.then(Grade::default),
        Text::Grade(grade) => Some(grade),
    })
}
