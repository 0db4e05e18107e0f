//! The levels of clauses: a promise that no longer fails a server is hardly one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::plain::{ABOUT, LEVELS, PROMISING, grades};
use super::{Clauses, members};
use crate::diff::api::{Api, Both, Context, Spot};
use crate::diff::rule::Rule;
use crate::diff::rules;

impl<'a> Api<'a> {
    /// Compares the levels of all clauses that both sides have.
    pub(super) fn compare_levels(&mut self, context: &Context, subject: &str, clauses: &Clauses) {
        let (old, new) = self.values_of(clauses);
        let (Some(old), Some(new)) = (old, new) else { return };
        if old == new {
            return;
        }
        if let (Value::Array(one), Value::Array(two)) = (old, new) {
            for index in 0..one.len().min(two.len()) {
                let item = self.item_of(clauses, index);
                self.compare_levels(context, subject, &item);
            }
            return;
        }
        if old.is_object() || new.is_object() {
            let own = |value: &'a Value| value.as_object().map(|_| value);
            self.say_levels(context, subject, clauses, (grades(own(old), "deny"), grades(own(new), "deny")));
        }
        let keys: BTreeSet<&str> = members(Some(old)).into_keys().chain(members(Some(new)).into_keys()).collect();
        for key in keys.into_iter().filter(|key| !ABOUT.contains(key)) {
            let inner = self.sub(clauses, key);
            let name = if subject.is_empty() { key.to_owned() } else { format!("{subject}.{key}") };
            let (one, two) = self.values_of(&inner);
            match LEVELS.iter().find(|(known, _)| *known == key) {
                Some((_, fallback)) => {
                    self.say_levels(context, &name, &inner, (grades(one, fallback), grades(two, fallback)));
                }
                None if PROMISING.contains(&key) && one.is_some() && two.is_some() => {
                    self.say_levels(context, &name, &inner, (grades(one, "deny"), grades(two, "deny")));
                }
                None => self.compare_levels(context, &name, &inner),
            }
        }
    }

    /// Compares how grave it is to see a response; without a word it is lawful.
    pub(in crate::diff) fn compare_response_level(&mut self, context: &Context, spot: &Spot, both: Both) {
        let clauses = self.clauses(both);
        let (old, new) = self.values_of(&clauses);
        if old == new {
            return;
        }
        let level = |value: Option<&'a Value>| value.and_then(|value| value.get("level")).and_then(Value::as_str);
        let spot = spot.to_string();
        // Without a word nobody hears of it, which is less than a note.
        let (rule, values): (&'static Rule, _) = match (level(old), level(new)) {
            (Some("note"), None) => (&rules::promise_weakened::RULE, ("note", "not judged")),
            (None, Some("note")) => (&rules::promise_strengthened::RULE, ("not judged", "note")),
            _ => return self.say_levels(context, &spot, &clauses, (grades(old, "note"), grades(new, "note"))),
        };
        self.clause_with(context, rule, &spot, &clauses, (values.0.to_owned(), values.1.to_owned()));
    }

    pub(super) fn say_levels(&mut self, context: &Context, subject: &str, clauses: &Clauses, of: ((u8, u8), (u8, u8))) {
        let (old, new) = of;
        let rule: &'static Rule = if new.0 < old.0 || new.1 < old.1 {
            &rules::promise_weakened::RULE
        } else if new != old {
            &rules::promise_strengthened::RULE
        } else {
            return;
        };
        let word = |(plain, strict): (u8, u8)| {
            let name = |rank: u8| ["note", "warn", "deny"].get(usize::from(rank)).copied().unwrap_or("deny");
            if plain == strict { name(plain).to_owned() } else { format!("{}, strict {}", name(plain), name(strict)) }
        };
        self.clause_with(context, rule, subject, clauses, (word(old), word(new)));
    }
}
