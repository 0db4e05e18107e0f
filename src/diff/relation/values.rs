//! Enumerations: closed ones, open ones, and schemas that have but a few values although they list none.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::Value;

use super::patterns::Patterns;
use super::{Engine, Sides};
use crate::diff::effective::Effective;
use crate::diff::rule::Rule;
use crate::diff::rules;
use crate::diff::types::{TypeSet, value_key};
use crate::document::text_of;

/// Most values that a headline lists.
const LISTED: usize = 40;

impl<'a> Engine<'a> {
    /// Judges enumerations; true when one side has one, so that nothing else about scalars matters.
    pub(super) fn compare_values(&mut self, sides: &Sides<'a>) -> bool {
        let mut old = sides.old.values.as_ref().map(|values| admitted(&sides.old, values));
        let mut new = sides.new.values.as_ref().map(|values| admitted(&sides.new, values));
        match (&old, &new) {
            (Some(values), None) => new = spelt_out(&sides.new, values),
            (None, Some(values)) => old = spelt_out(&sides.old, values),
            _ => {}
        }
        // A list that contradicts the other keywords entirely is sloppy writing if it was so before, or stands alone.
        if old.as_ref().is_none_or(Vec::is_empty) && new.as_ref().is_none_or(Vec::is_empty) {
            old.clone_from(&sides.old.values);
            new.clone_from(&sides.new.values);
        }
        let key = |value: &Value| if sides.mode.textual { text_of(value) } else { value_key(value) };
        let missing = |from: &[&'a Value], list: &[&'a Value]| -> Vec<&'a Value> {
            let known: HashSet<String> = list.iter().map(|value| key(value)).collect();
            from.iter().copied().filter(|value| !known.contains(&key(value))).collect()
        };
        let refused = |values: &[&'a Value], by: &Effective<'_>| -> Vec<&'a Value> {
            values.iter().copied().filter(|value| !self_admits(by, value, sides.mode.textual)).collect()
        };
        match (old, new) {
            (None, None) => return false,
            (Some(old), Some(new)) => {
                self.say_values(sides, &rules::enum_value_removed::RULE, &missing(&old, &new), &old, &new);
                self.say_values(sides, &rules::enum_value_added::RULE, &missing(&new, &old), &old, &new);
            }
            (None, Some(new)) => {
                if !covers_booleans(&new, sides.old.types) {
                    self.say(sides, &rules::enum_set::RULE, "enum", "any value", list(&new));
                }
                self.say_values(sides, &rules::enum_value_added::RULE, &refused(&new, &sides.old), &[], &new);
            }
            (Some(old), None) => {
                if !covers_booleans(&old, sides.new.types) {
                    self.say(sides, &rules::enum_dropped::RULE, "enum", list(&old), "any value");
                }
                self.say_values(sides, &rules::enum_value_removed::RULE, &refused(&old, &sides.new), &old, &[]);
            }
        }
        true
    }

    fn say_values(
        &mut self,
        sides: &Sides<'a>,
        rule: &'static Rule,
        values: &[&Value],
        old: &[&Value],
        new: &[&Value],
    ) {
        if values.is_empty() {
            return;
        }
        let change = self.change(sides, rule, "enum").about_values(values.iter().copied(), LISTED);
        let change = change.values(list(old), list(new));
        self.note(sides, change);
    }

    /// Open enumerations: their values are advice, except that requests may rely on those of `x-extensible-enum`.
    pub(super) fn compare_known_values(&mut self, sides: &Sides<'a>) {
        for keyword in ["x-extensible-enum", "x-known-values"] {
            let values = |side: &Effective<'a>| -> Option<Vec<&'a Value>> {
                let found = side.known.iter().find(|(key, _)| *key == keyword)?.1.as_array()?;
                Some(found.iter().collect())
            };
            let (Some(old), Some(new)) = (values(&sides.old), values(&sides.new)) else { continue };
            let outside = |one: &[&Value], two: &[&Value]| -> Vec<String> {
                one.iter().filter(|value| !two.contains(value)).map(ToString::to_string).collect()
            };
            for (rule, names) in [
                (&rules::known_value_removed::RULE, outside(&old, &new)),
                (&rules::known_value_added::RULE, outside(&new, &old)),
            ] {
                if !names.is_empty() {
                    let change = self.change(sides, rule, keyword).about_all(names, usize::MAX);
                    let change = change.values(list(&old), list(&new));
                    self.note(sides, change);
                }
            }
        }
    }
}

/// The values that satisfy the side's other keywords.
fn admitted<'v>(side: &Effective<'_>, values: &[&'v Value]) -> Vec<&'v Value> {
    values.iter().copied().filter(|value| side.admits(value)).collect()
}

fn self_admits(by: &Effective<'_>, value: &Value, textual: bool) -> bool {
    by.admits(value) || textual && by.types.has(TypeSet::STRING) && by.admits(&Value::String(text_of(value)))
}

/// Those of some values that a side takes, if it is one of texts and takes no other.
fn spelt_out<'v>(side: &Effective<'_>, values: &[&'v Value]) -> Option<Vec<&'v Value>> {
    let limited = !side.patterns.is_empty() || side.length.high < 1.0;
    if side.types != TypeSet::STRING || !limited || !side.unions.is_empty() || values.len() > LISTED {
        return None;
    }
    let texts: Option<Vec<String>> = values.iter().map(|value| Some(regex_syntax::escape(value.as_str()?))).collect();
    let all = format!("^(?:{})$", texts?.join("|"));
    Patterns::implies(&side.patterns, &[&all], &side.length).then(|| admitted(side, values))
}

/// The values of a schema that has but a few, although it does not list them.
pub(super) fn implied_values<'a>(side: &Effective<'a>) -> Option<Vec<&'a Value>> {
    static BOOLEANS: [Value; 2] = [Value::Bool(true), Value::Bool(false)];
    static NUMBERS: LazyLock<Vec<Value>> = LazyLock::new(|| (-128..=127).map(Value::from).collect());
    if !side.unions.is_empty() || !side.negations.is_empty() {
        return None;
    }
    if side.types == TypeSet::BOOLEAN {
        return Some(BOOLEANS.iter().collect());
    }
    let range = side.range.whole();
    let few = range.low >= -128.0 && range.high <= 127.0;
    let all = || NUMBERS.iter().filter(|value| side.admits(value)).collect();
    (side.types == TypeSet::INTEGER && few).then(all)
}

fn covers_booleans(values: &[&Value], types: TypeSet) -> bool {
    types == TypeSet::BOOLEAN && values.contains(&&Value::Bool(true)) && values.contains(&&Value::Bool(false))
}

fn list(values: &[&Value]) -> String {
    const SHOWN: usize = 12;
    let mut text = values.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if values.len() > SHOWN {
        text.push_str(&format!(" and {} more", values.len() - SHOWN));
    }
    if text.is_empty() { "none".to_owned() } else { text }
}
