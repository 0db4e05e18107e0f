//! Whole numbers as JSON has them: `1.0` and `1e2` are ways to write 1 and 100.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Reads whole numbers, alone or inside options, lists and maps; the generated types name it for such fields.
pub(crate) fn read<'de, D: Deserializer<'de>, T: Whole>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// A type that is made of whole numbers.
pub(crate) trait Whole: Sized {
    /// Reads one.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

struct Reads<T>(T);

impl<'de, T: Whole> Deserialize<'de> for Reads<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Reads)
    }
}

struct WholeNumber;

impl Visitor<'_> for WholeNumber {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of at most 64 bits")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self))
    }

    #[expect(clippy::cast_possible_truncation, reason = "whole and within the range, as just seen")]
    fn visit_f64<E: Error>(self, number: f64) -> Result<i64, E> {
        // Two to the power of 63, which is the first float outside.
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number) {
            Ok(number as i64)
        } else {
            Err(E::invalid_value(serde::de::Unexpected::Float(number), &self))
        }
    }
}

impl Whole for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(WholeNumber)
    }
}

impl<T: Whole> Whole for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Reads<T>>::deserialize(deserializer)?.map(|read| read.0))
    }
}

impl<T: Whole> Whole for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Reads<T>>::deserialize(deserializer)?.into_iter().map(|read| read.0).collect())
    }
}

impl<T: Whole> Whole for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = BTreeMap::<String, Reads<T>>::deserialize(deserializer)?;
        Ok(read.into_iter().map(|(key, read)| (key, read.0)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Counts {
        #[serde(deserialize_with = "read")]
        one: i64,
        #[serde(default, deserialize_with = "read")]
        some: Option<i64>,
        #[serde(default, deserialize_with = "read")]
        many: Vec<i64>,
        #[serde(default, deserialize_with = "read")]
        named: BTreeMap<String, Option<i64>>,
    }

    #[test]
    fn a_whole_number_may_have_a_point() {
        let read: Counts =
            serde_json::from_str(r#"{"one": 1.0, "some": 1e2, "many": [-3, 4.0], "named": {"a": null, "b": 2.0}}"#)
                .expect("every number is whole");
        let named = BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some(2))]);
        assert_eq!(read, Counts { one: 1, some: Some(100), many: vec![-3, 4], named });
        for broken in [r#"{"one": 1.5}"#, r#"{"one": "1"}"#, r#"{"one": 1e19}"#, r#"{"one": null}"#, "{}"] {
            assert!(serde_json::from_str::<Counts>(broken).is_err(), "{broken}");
        }
    }
}
