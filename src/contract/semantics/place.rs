//! Places in the request and in the answer.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::About;

/// A place in the request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slot {
    /// A query parameter.
    Query(String),
    /// A request header.
    Header(String),
    /// A path parameter.
    Path(String),
    /// A JSON pointer into the request body; a last segment `-` appends.
    Body(String),
}

impl Slot {
    /// Name of the parameter, or the pointer into the body.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Query(name) | Self::Header(name) | Self::Path(name) | Self::Body(name) => name,
        }
    }

    /// Whether it takes several values, one after the other.
    #[must_use]
    pub fn appends(&self) -> bool {
        matches!(self, Self::Body(pointer) if pointer.ends_with("/-"))
    }
}

/// A place in the answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Spot {
    /// JSON pointer into the body.
    Pointer(String),
    /// A response header, or one relation of a `Link` header.
    Header {
        /// Name of the header.
        header: String,
        /// Relation, for `Link`.
        #[serde(default)]
        rel: Option<String>,
    },
    /// A member of one entry of an array.
    Entry(Entry),
}

impl Spot {
    /// The pointer into the body, if it is one.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        match self {
            Self::Pointer(pointer) => Some(pointer),
            Self::Header { .. } | Self::Entry(_) => None,
        }
    }
}

/// A member of the first entry of an array that shows certain values, as in `links: [{rel: next, href: …}]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Entry {
    /// Pointer to the array.
    pub array: String,
    /// What the entry shows, by name of the member.
    #[serde(rename = "where")]
    pub shows: IndexMap<String, Value>,
    /// Pointer into the entry.
    pub member: String,
}

impl Entry {
    /// What the entry shows, by pointer into it.
    pub fn marks(&self) -> impl Iterator<Item = (String, &Value)> {
        self.shows.iter().map(|(name, value)| (format!("/{}", crate::document::escape(name)), value))
    }

    /// Whether an entry of the array is the one.
    #[must_use]
    pub fn is(&self, entry: &Value) -> bool {
        self.marks().all(|(at, value)| entry.pointer(&at) == Some(value))
    }
}

/// A spot with level and source; a bare spot is accepted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "ClauseText")]
pub struct Clause {
    /// Where it is in the answer.
    pub spot: Spot,
    /// What has to be sent to get it at all.
    pub with: Option<With>,
    /// `this` and/or `next`, for an offset echo.
    pub means: Vec<String>,
    /// Whether true and false are the other way round, for `more`.
    pub inverted: bool,
    /// What is counted, for a total.
    pub of: Counted,
    /// Level and source.
    pub about: About,
}

/// What a total counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Counted {
    /// The records that match what was asked for.
    #[default]
    Matching,
    /// Those that the list shows without any filter, whatever was asked for.
    Collection,
}

/// A value that must be sent so that a promise holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct With {
    /// Where to send it.
    pub slot: Slot,
    /// What to send.
    pub value: Value,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ClauseText {
    Long {
        spot: Spot,
        #[serde(default)]
        with: Option<With>,
        #[serde(default)]
        means: Vec<String>,
        #[serde(default)]
        inverted: bool,
        #[serde(default)]
        of: Counted,
        #[serde(flatten)]
        about: About,
    },
    Short(Spot),
}

impl From<ClauseText> for Clause {
    fn from(text: ClauseText) -> Self {
        match text {
            ClauseText::Long { spot, with, means, inverted, of, about } => {
                Self { spot, with, means, inverted, of, about }
            }
            ClauseText::Short(spot) => Self {
                spot,
                with: None,
                means: Vec::new(),
                inverted: false,
                of: Counted::default(),
                about: About::default(),
            },
        }
    }
}
