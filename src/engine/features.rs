//! What records show that no record before them showed: which of them are worth keeping in full.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use crate::contract::Contract;
use crate::study::Model;

/// Features seen so far, as hashes.
#[derive(Default)]
pub(super) struct Features(HashSet<u64>);

/// Something that a member of a record shows.
#[derive(Hash)]
enum Feature {
    Null,
    Bool(bool),
    /// Short words may be members of an enumeration; a handful per field is enough.
    Word(u64),
    /// Whether it is ASCII, and whether it is empty.
    Text(bool, bool),
    /// Whether it is whole, and its sign.
    Number(bool, i8),
    /// None, one, or more.
    Items(usize),
    Object,
    /// A character of a key that encodings may spoil.
    KeyCharacter(char),
}

impl Feature {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::String(text) if text.len() < 12 && text.chars().all(char::is_alphabetic) => {
                Self::Word(xxhash_rust::xxh3::xxh3_64(text.as_bytes()) % 4)
            }
            Value::String(text) => Self::Text(text.is_ascii(), text.is_empty()),
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                Self::Number(number.fract() == 0.0, number.partial_cmp(&0.0).map_or(0, |order| order as i8))
            }
            Value::Array(items) => Self::Items(items.len().min(2)),
            Value::Object(_) => Self::Object,
        }
    }
}

impl Features {
    /// Takes a record in; whether it shows something new.
    pub(super) fn take(&mut self, contract: &Contract, model: &Model, record: &Value) -> bool {
        let mut new = false;
        for (name, value) in record.as_object().into_iter().flatten() {
            new |= self.note(name, &Feature::of(value));
        }
        // Whatever records are read by may hold characters that encodings spoil.
        let aliases = contract.operations.iter().filter_map(|operation| operation.clause.reads.as_ref());
        let aliases = aliases.flat_map(|reads| &reads.by).map(|by| by.key.as_str());
        for pointer in std::iter::once(model.key.as_str()).chain(aliases) {
            let Some(key) = record.pointer(pointer).and_then(Value::as_str) else { continue };
            for c in key.chars().filter(|c| !c.is_ascii_alphanumeric()) {
                new |= self.note(pointer, &Feature::KeyCharacter(if c.is_ascii() { c } else { 'ä' }));
            }
        }
        new
    }

    fn note(&mut self, place: &str, feature: &Feature) -> bool {
        let mut hasher = Xxh3::new();
        (place, feature).hash(&mut hasher);
        self.0.insert(hasher.finish())
    }
}
