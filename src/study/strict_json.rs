//! JSON as a strict reader sees it: repeated member names are noticed, not silently dropped.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

/// A value and the names that occur twice in one object.
#[derive(Debug, PartialEq)]
pub(super) struct Strict {
    /// The value; the last of repeated members wins, as in most readers.
    pub(super) value: Value,
    /// Repeated names, at most a few.
    pub(super) repeated: Vec<String>,
    /// Whether a byte order mark stands before it.
    pub(super) marked: bool,
}

/// Reads a body.
///
/// # Errors
/// With what is wrong and where, when the body is not one JSON text in UTF-8.
pub(super) fn read(body: &[u8]) -> Result<Strict, String> {
    let notes = Notes::default();
    if body.starts_with(&[0x1f, 0x8b]) {
        return Err("bytes packed with gzip, which the content-encoding does not say or which break off".to_owned());
    }
    let text =
        std::str::from_utf8(body).map_err(|error| format!("invalid UTF-8 after {} bytes", error.valid_up_to()))?;
    let unmarked = text.strip_prefix('\u{feff}');
    let mut reader = serde_json::Deserializer::from_str(unmarked.unwrap_or(text));
    let value = Seed { notes: &notes, depth: 0 }.deserialize(&mut reader).map_err(|error| describe(&error))?;
    reader.end().map_err(|error| describe(&error))?;
    Ok(Strict { value, repeated: notes.repeated.into_inner(), marked: unmarked.is_some() })
}

/// What is no fault of a body, but more than this reader takes.
pub(super) const TOO_DEEP: &str = "JSON nested deeper than 128 levels";

fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = if error.is_eof() {
        "the body breaks off"
    } else if text.starts_with("recursion limit") {
        TOO_DEEP
    } else if text.starts_with("number out of range") {
        "a number beyond what a double holds"
    } else {
        "no valid JSON"
    };
    format!("{what} at line {} column {}", error.line(), error.column())
}

/// Most repeated names that are kept.
const MOST_REPEATED: usize = 8;
/// Levels of nesting whose sizes are remembered.
const LEVELS: usize = 8;

/// What is noticed while reading.
#[derive(Default)]
struct Notes {
    repeated: RefCell<Vec<String>>,
    /// Members of the last object at each level: records of one list are alike, and what is made at its size never grows.
    sizes: [Cell<usize>; LEVELS],
}

struct Seed<'a> {
    notes: &'a Notes,
    depth: usize,
}

impl Seed<'_> {
    fn inner(&self) -> Self {
        Self { notes: self.notes, depth: self.depth + 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inner())? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let size = self.notes.sizes.get(self.depth);
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.is_empty() {
                map = Map::with_capacity(size.map_or(1, Cell::get).max(1));
            }
            let value = members.next_value_seed(self.inner())?;
            match map.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut place) => {
                    if self.notes.repeated.borrow().len() < MOST_REPEATED {
                        self.notes.repeated.borrow_mut().push(place.key().clone());
                    }
                    place.insert(value);
                }
            }
        }
        if let Some(size) = size {
            size.set(map.len());
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_are_noticed() {
        let strict = read(br#"{"a": [{"b": 1, "b": 2.50}]}"#).expect("valid JSON");
        assert_eq!(strict.repeated, ["b"]);
        assert_eq!(strict.value, serde_json::json!({"a": [{"b": 2.5}]}));
    }

    #[test]
    fn broken_bodies_say_where() {
        assert_eq!(read(b"{\"a\": ").expect_err("cut off"), "the body breaks off at line 1 column 6");
        assert!(read(b"{} x").is_err());
        assert!(read("[".repeat(200).as_bytes()).expect_err("deep").starts_with("JSON nested deeper"));
        assert!(read(b"[1e999]").expect_err("large").starts_with("a number beyond"));
        assert!(read(b"\"\xff\"").expect_err("bad UTF-8").contains("UTF-8"));
    }
}
