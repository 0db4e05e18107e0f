//! What is kept of a body: all of it, or the envelope of a page and a few of its records.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::Value;

use super::printer::print;

/// Bytes that are kept of one body.
pub(super) const MOST_BYTES: usize = 32 * 1024;
/// Records kept of one page.
const MOST_RECORDS: usize = 6;

/// What is kept of a body: all of it, or the envelope of a page and a few of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub(super) text: Box<str>,
    items: Option<Items>,
}

/// Where the records of a page are, how many there were, and which of them were kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Items {
    pub(super) pointer: String,
    pub(super) total: usize,
    pub(super) kept: Vec<usize>,
}

impl Kept {
    /// Keeps of a page the envelope, the first record, the last one and those at `wanted`.
    #[must_use]
    pub fn of_page(body: &Value, items: &str, wanted: impl IntoIterator<Item = usize>) -> Option<Self> {
        let Some(Value::Array(records)) = body.pointer(items) else { return Self::bounded(body, None) };
        let total = records.len();
        let mut kept: Vec<usize> = Vec::new();
        for index in [0, total.saturating_sub(1)].into_iter().chain(wanted) {
            if kept.len() == MOST_RECORDS {
                break;
            }
            if index < total && !kept.contains(&index) {
                kept.push(index);
            }
        }
        kept.sort_unstable();
        let path: Vec<String> = items.split('/').skip(1).map(crate::document::unescape).collect();
        let few = Few { value: body, path: &path, kept: &kept };
        Self::bounded(&few, Some(Items { pointer: items.to_owned(), total, kept: kept.clone() }))
    }

    fn bounded(body: &impl Serialize, items: Option<Items>) -> Option<Self> {
        let text = serde_json::to_string(body).ok()?;
        (text.len() <= MOST_BYTES).then(|| Self { text: text.into_boxed_str(), items })
    }

    /// The body, without the records that were not kept.
    #[must_use]
    pub fn body(&self) -> Option<Value> {
        serde_json::from_str(&self.text).ok()
    }

    /// As [`lines`]; records that were not kept are counted.
    #[must_use]
    pub fn lines(&self, pointer: Option<&str>, values: bool) -> String {
        serde_json::from_str(&self.text)
            .map_or_else(|_| String::new(), |body| print(&body, self.items.as_ref(), pointer, values))
    }
}

/// A body with some elements of the array at a path, and without the others.
struct Few<'a> {
    value: &'a Value,
    path: &'a [String],
    kept: &'a [usize],
}

impl Serialize for Few<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.value, self.path.split_first()) {
            (Value::Array(elements), None) => {
                serializer.collect_seq(self.kept.iter().filter_map(|index| elements.get(*index)))
            }
            (Value::Object(members), Some((next, rest))) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    if name == next {
                        map.serialize_entry(name, &Few { value, path: rest, kept: self.kept })?;
                    } else {
                        map.serialize_entry(name, value)?;
                    }
                }
                map.end()
            }
            (Value::Array(elements), Some((next, rest))) => {
                let mut sequence = serializer.serialize_seq(Some(elements.len()))?;
                for (index, element) in elements.iter().enumerate() {
                    if next.parse() == Ok(index) {
                        sequence.serialize_element(&Few { value: element, path: rest, kept: self.kept })?;
                    } else {
                        sequence.serialize_element(element)?;
                    }
                }
                sequence.end()
            }
            (value, _) => value.serialize(serializer),
        }
    }
}
