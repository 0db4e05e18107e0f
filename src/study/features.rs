//! What records show that no record before them showed: which of them are worth keeping in full, and reading.

use std::collections::{BTreeSet, HashSet};
use std::hash::{Hash, Hasher};

use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use super::Model;
use crate::contract::{Contract, fingerprint};

/// Features seen so far, as hashes.
#[derive(Default)]
pub(crate) struct Features {
    seen: HashSet<u64>,
    names: BTreeSet<String>,
    /// Records with a key that is another one as a number.
    lookalikes: usize,
}

/// Most records kept because a key of theirs is another one as a number.
const MOST_LOOKALIKES: usize = 8;

/// The usual way to write the whole number that a key is in another writing: `7` of `007`, `1000` of `1e3`. Who compares
/// keys as numbers takes one for the other.
pub(crate) fn lookalike(key: &str) -> Option<String> {
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+');
    let number: f64 = key.parse().ok().filter(|_| key.chars().all(numeric))?;
    let usual = format!("{number:.0}");
    (number.fract() == 0.0 && number < 1e18 && usual != key).then_some(usual)
}

/// Pointers to whatever the records of a list are read by.
fn keys<'a>(contract: &'a Contract, model: &'a Model) -> impl Iterator<Item = &'a str> {
    let aliases = contract.operations.iter().filter_map(|operation| operation.clause.reads.as_ref());
    std::iter::once(model.key.as_str()).chain(aliases.flat_map(|reads| &reads.by).map(|by| by.key.as_str()))
}

/// Something that a member of a record shows.
#[derive(Hash)]
enum Feature {
    /// Other records have the member.
    Absent,
    Null,
    Bool(bool),
    /// Short words may be members of an enumeration; a handful per field is enough.
    Word(u64),
    /// One of the values that the document names.
    State(u64),
    /// What may go wrong with it on its way.
    Text(Text),
    /// Whether it is whole, and its sign.
    Number(bool, i8),
    /// None, one, or more.
    Items(usize),
    /// Whether it has members.
    Object(bool),
    /// A character of a key that encodings may spoil.
    KeyCharacter(char),
}

/// What a text shows: each of these is spoiled by some careless server.
#[derive(Hash)]
struct Text {
    ascii: bool,
    empty: bool,
    /// Longer than columns often are.
    long: bool,
    /// Characters that HTML escapes.
    markup: bool,
    /// Addresses with capitals, which are often written small.
    capitals: bool,
    /// Blanks around it.
    padded: bool,
}

impl Text {
    fn of(text: &str) -> Self {
        Self {
            ascii: text.is_ascii(),
            empty: text.is_empty(),
            long: text.len() > 64,
            markup: text.contains(['<', '>', '&', '"', '\'']),
            capitals: text.contains('@') && text.bytes().any(|byte| byte.is_ascii_uppercase()),
            padded: text.trim() != text,
        }
    }
}

impl Feature {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::String(text) if text.len() < 12 && text.chars().all(char::is_alphabetic) => {
                Self::Word(xxhash_rust::xxh3::xxh3_64(text.as_bytes()) % 4)
            }
            Value::String(text) => Self::Text(Text::of(text)),
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                Self::Number(number.fract() == 0.0, number.partial_cmp(&0.0).map_or(0, |order| order as i8))
            }
            Value::Array(items) => Self::Items(items.len().min(2)),
            Value::Object(members) => Self::Object(!members.is_empty()),
        }
    }

    /// The feature at a member, as a hash.
    fn at(&self, place: &str) -> u64 {
        let mut hasher = Xxh3::new();
        (place, self).hash(&mut hasher);
        hasher.finish()
    }
}

impl Features {
    /// Takes a record in; whether it shows something new.
    pub(crate) fn take(&mut self, contract: &Contract, model: &Model, record: &Value) -> bool {
        let mut new = false;
        for (name, value) in record.as_object().into_iter().flatten() {
            new |= self.note(name, &Feature::of(value));
            if !self.names.contains(name) {
                self.names.insert(name.clone());
            }
        }
        for name in &model.enumerated {
            let value = record.get(name).filter(|value| !value.is_null());
            new |= value.is_some_and(|value| self.note(name, &Feature::State(fingerprint(value))));
        }
        let absent: Vec<u64> = self
            .names
            .iter()
            .filter(|name| record.get(name.as_str()).is_none())
            .map(|name| Feature::Absent.at(name))
            .collect();
        for feature in absent {
            new |= self.seen.insert(feature);
        }
        new |= self.take_lookalike(contract, model, record);
        // Whatever records are read by may hold characters that encodings spoil.
        for pointer in keys(contract, model) {
            let Some(key) = record.pointer(pointer).and_then(Value::as_str) else { continue };
            for c in key.chars().filter(|c| !c.is_ascii_alphanumeric()) {
                new |= self.note(pointer, &Feature::KeyCharacter(if c.is_ascii() { c } else { 'ä' }));
            }
        }
        new
    }

    /// Whether a key of a record is another one as a number; only the first few are.
    pub(crate) fn take_lookalike(&mut self, contract: &Contract, model: &Model, record: &Value) -> bool {
        let text = |pointer| record.pointer(pointer).and_then(Value::as_str);
        let is = self.lookalikes < MOST_LOOKALIKES
            && keys(contract, model).any(|pointer| text(pointer).and_then(lookalike).is_some());
        self.lookalikes += usize::from(is);
        is
    }

    fn note(&mut self, place: &str, feature: &Feature) -> bool {
        self.seen.insert(feature.at(place))
    }
}

/// What every record shows of each member that any of them has, as hashes.
fn shown<'a>(records: &'a [&'a Value]) -> impl Iterator<Item = Vec<u64>> + 'a {
    let names: BTreeSet<&String> =
        records.iter().filter_map(|record| record.as_object()).flat_map(|all| all.keys()).collect();
    records.iter().map(move |record| {
        let feature = |name: &&String| record.get(name.as_str()).map_or(Feature::Absent, Feature::of).at(name);
        names.iter().map(feature).collect()
    })
}

/// Picks from `records` until `most` are taken, each time the one that shows the most pairs of features that none taken
/// before shows: many faults need two things to come together. `order` says who comes first among equals, `taken` who is
/// taken already; whatever is left when all pairs are shown comes in that order.
pub(crate) fn spread(records: &[&Value], order: &[usize], taken: &mut Vec<usize>, most: usize) {
    let features: Vec<Vec<u64>> = shown(records).collect();
    let pairs = |index: usize| {
        let own = features.get(index).map(Vec::as_slice).unwrap_or_default();
        own.iter().enumerate().flat_map(|(at, one)| own[at + 1..].iter().map(move |two| one.rotate_left(1) ^ two))
    };
    let mut covered: HashSet<u64> = taken.iter().flat_map(|index| pairs(*index)).collect();
    // With what each showed when it was last counted: as more is covered, that can only become less.
    let mut left: Vec<(usize, usize)> =
        order.iter().filter(|index| !taken.contains(index)).map(|index| (*index, usize::MAX)).collect();
    while taken.len() < most && !left.is_empty() {
        let (mut best, mut gain) = (0, 0);
        for (at, (index, bound)) in left.iter_mut().enumerate() {
            if *bound <= gain {
                continue;
            }
            *bound = pairs(*index).filter(|pair| !covered.contains(pair)).count();
            if *bound > gain {
                (best, gain) = (at, *bound);
            }
        }
        let (index, _) = left.remove(best);
        covered.extend(pairs(index));
        taken.push(index);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_that_are_one_number_look_alike() {
        let usual =
            [("007", "7"), ("1e3", "1000"), ("+5", "5"), ("3.0", "3"), ("9007199254740993", "9007199254740992")];
        for (key, other) in usual {
            assert_eq!(lookalike(key).as_deref(), Some(other), "{key}");
        }
        for key in ["7", "1000", "user_7", "1.5", "e3", "1e40", "", "12e3f", "inf", "nan"] {
            assert_eq!(lookalike(key), None, "{key}");
        }
    }

    #[test]
    fn a_record_in_which_two_things_come_together_is_picked() {
        let records: Vec<Value> = (0..40)
            .map(|index| match index {
                33 => json!({"id": index, "parent": "p", "metadata": null}),
                _ if index % 2 == 0 => json!({"id": index, "parent": "p", "metadata": {"a": "1"}}),
                _ => json!({"id": index, "metadata": null}),
            })
            .collect();
        let all: Vec<&Value> = records.iter().collect();
        let order: Vec<usize> = (0..all.len()).collect();
        let mut taken = vec![0];
        spread(&all, &order, &mut taken, 4);
        assert_eq!(taken.len(), 4);
        assert!(taken.contains(&33), "{taken:?}");
    }
}
