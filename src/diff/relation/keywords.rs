//! Keywords beside types and members: null, defaults, XML, and those that are not understood.

use serde_json::Value;

use super::{Engine, Sides};
use crate::diff::law::Direction;
use crate::diff::types::TypeSet;
use crate::diff::{rules, types};

impl<'a> Engine<'a> {
    pub(super) fn compare_annotations(&mut self, sides: &Sides<'a>) {
        let text = |value: Option<&Value>| value.map_or("none".to_owned(), ToString::to_string);
        let (before, after) = (sides.old.default, sides.new.default);
        let same = match (before, after) {
            (Some(one), Some(two)) => types::same_value(one, two),
            (None, None) => true,
            _ => false,
        };
        if !same {
            self.say(sides, &rules::default_changed::RULE, "default", text(before), text(after));
        }
        match (sides.old.deprecated, sides.new.deprecated) {
            (false, true) => {
                self.say(sides, &rules::deprecation_announced::RULE, "deprecated", "current", "deprecated")
            }
            (true, false) => {
                self.say(sides, &rules::deprecation_withdrawn::RULE, "deprecated", "deprecated", "current")
            }
            _ => {}
        }
        self.compare_known_values(sides);
    }

    pub(super) fn compare_null(&mut self, sides: &Sides<'a>) {
        // In a URL or a header there is no null.
        if sides.mode.textual {
            return;
        }
        // What may be anything may be null: then the type that comes or goes says it.
        let (one, two) = (sides.old.types, sides.new.types);
        let plain = sides.old.unions.is_empty() && sides.new.unions.is_empty();
        if plain && one != two && (one == TypeSet::ALL || two == TypeSet::ALL) {
            return;
        }
        match (sides.old.nullable, sides.new.nullable) {
            (false, true) => self.say(sides, &rules::null_allowed::RULE, "nullable", "never null", "may be null"),
            (true, false) => self.say(sides, &rules::null_forbidden::RULE, "nullable", "may be null", "never null"),
            (true, true) => {
                let listed = (sides.old.null_listed, sides.new.null_listed);
                let (is, not) = ("null is listed", "null is not listed");
                match (listed, sides.mode.direction) {
                    ((Some(true), Some(false)), Direction::Request) => {
                        self.say(sides, &rules::null_left_enum::RULE, "enum", is, not);
                    }
                    ((Some(false), Some(true)), Direction::Response) => {
                        self.say(sides, &rules::null_joined_enum::RULE, "enum", not, is);
                    }
                    _ => {}
                }
            }
            (false, false) => {}
        }
    }

    /// Names, namespaces and attributes are the bytes of an XML body; a default that is written out changes none.
    fn compare_xml(&mut self, sides: &Sides<'a>, (one, two): (&[&'a Value], &[&'a Value]), texts: (String, String)) {
        let facts = |all: &[&'a Value]| -> Vec<(&'a String, &'a Value)> {
            let members = all.iter().filter_map(|value| value.as_object()).flatten();
            let mut found: Vec<_> =
                members.filter(|(key, value)| value.as_bool() != Some(false) && !key.starts_with("x-")).collect();
            found.sort_by_key(|(key, _)| *key);
            found
        };
        if facts(one) != facts(two) {
            self.say(sides, &rules::xml_changed::RULE, "xml", texts.0, texts.1);
        }
    }

    pub(super) fn compare_foreign(&mut self, sides: &Sides<'a>) {
        let mut keys: Vec<&str> = sides.old.foreign.iter().chain(&sides.new.foreign).map(|(key, _)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let values = |all: &[(&str, &'a Value)]| -> Vec<&'a Value> {
                all.iter().filter(|(name, _)| *name == key).map(|(_, value)| *value).collect()
            };
            let (one, two) = (values(&sides.old.foreign), values(&sides.new.foreign));
            if one == two {
                continue;
            }
            let text = |all: &[&Value]| match all {
                [] => "none".to_owned(),
                all => types::shortened(&all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")),
            };
            match key {
                "xml" if !sides.mode.xml => {}
                "xml" => self.compare_xml(sides, (&one, &two), (text(&one), text(&two))),
                _ => self.say(sides, &rules::keyword_not_understood::RULE, key, text(&one), text(&two)),
            }
        }
    }
}
