//! The text of a JSON document: what a lenient reader lets pass, and a strict one refuses.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{Linter, rules};
use crate::document::Span;

impl Linter<'_> {
    /// A document that is called JSON, or is JSON, is so to the letter, and no key stands in an object twice.
    pub(super) fn text(&mut self) {
        let document = self.side.workspace().main();
        let json = document.path().extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        let text = document.text().trim_start_matches('\u{feff}');
        if !json && !text.trim_start().starts_with('{') {
            return;
        }
        let Err(error) = serde_json::from_str::<Strict>(text) else { return };
        // A YAML document may start with a brace.
        let repeated = error.to_string().starts_with(REPEATED);
        if !json && !repeated {
            return;
        }
        let root = self.side.root();
        let said = error.to_string();
        let title = format!("the document is not strict JSON: {}", said.split(" at line ").next().unwrap_or(&said));
        let values = ("JSON by RFC 8259", "read as YAML, or by the last value");
        let span = Span { line: error.line().max(1), column: error.column().max(1) };
        self.fault(&rules::JSON_INVALID, (root, None), title, values).at_span(span);
    }
}

const REPEATED: &str = "a key stands twice in one object";

/// JSON of any shape, without repeated keys.
struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_str<E>(self, _: &str) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
        while items.next_element::<Strict>()?.is_some() {}
        Ok(Strict)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = members.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format!("{REPEATED}: `{key}`")));
            }
            members.next_value::<Strict>()?;
            seen.insert(key);
        }
        Ok(Strict)
    }
}
