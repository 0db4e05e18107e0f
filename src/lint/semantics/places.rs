//! The places of a request: each means one thing, and what several filters send there can be sent together.

use serde_json::Value;

use crate::contract::template;
use crate::diff::arena::NodeId;
use crate::lint::{Linter, rules};

/// A place of the request, and the clause that gives it a meaning.
struct Taken<'a> {
    /// Location and name of the parameter, or the pointer into the body.
    slot: (&'a str, &'a str),
    /// The clause in words.
    role: String,
    clause: NodeId,
    /// Of a filter: what is sent; null where that is the bare value.
    filter: Option<&'a Value>,
}

impl<'a> Linter<'a> {
    /// Two clauses of a list that take one place: what the one sends, the other overwrites.
    pub(super) fn places_of(&mut self, lists: NodeId) {
        let taken = self.taken(lists);
        for (index, two) in taken.iter().enumerate() {
            let (location, name) = two.slot;
            if location == "body" && name.ends_with("/-") {
                continue;
            }
            let Some(one) = taken[..index].iter().find(|one| one.slot == two.slot) else { continue };
            match (one.filter, two.filter) {
                (Some(first), Some(second)) if first != second => self.filters_together(one, two, (first, second)),
                _ => {
                    let title = format!("{} and {} take one place, {location} `{name}`", one.role, two.role);
                    self.fault(&rules::SLOT_TAKEN_TWICE, (two.clause, None), title, ("a place for each", "one"));
                }
            }
        }
    }

    /// Two filters of one place that tell themselves apart by their templates.
    fn filters_together(&mut self, one: &Taken<'a>, two: &Taken<'a>, (first, second): (&Value, &Value)) {
        if first.is_object() && second.is_object() && template::joined(first, second).is_some() {
            return;
        }
        let title = format!("{} and {} are never sent together: they take one place", one.role, two.role);
        let values = ("templates that are JSON objects and get along, or a place for each", "neither");
        self.fault(&rules::FILTERS_NEVER_TOGETHER, (two.clause, None), title, values);
    }

    fn taken(&mut self, lists: NodeId) -> Vec<Taken<'a>> {
        let mut taken = Vec::new();
        if let Some(page) = self.side.get(lists, "page") {
            for key in ["size", "next", "offset", "number"] {
                if let Some(clause) = self.side.get(page, key) {
                    taken.extend(self.taken_by(clause, format!("`{key}`"), false));
                }
            }
            let with = self.side.get(page, "total").and_then(|total| self.side.get(total, "with"));
            taken.extend(with.and_then(|with| self.taken_by(with, "`total`".to_owned(), false)));
        }
        if let Some(sort) = self.side.get(lists, "sort") {
            for key in ["by", "direction"] {
                if let Some(clause) = self.side.get(sort, key) {
                    taken.extend(self.taken_by(clause, format!("`{key}` of `sort`"), false));
                }
            }
        }
        if let Some(filters) = self.side.get(lists, "filters") {
            for (name, clause) in self.side.members(filters) {
                taken.extend(self.taken_by(clause, format!("filter `{name}`"), true));
            }
        }
        taken
    }

    fn taken_by(&self, clause: NodeId, role: String, is_filter: bool) -> Option<Taken<'a>> {
        let value = self.side.value(clause);
        let slot = value.get("slot").unwrap_or(value).as_object()?;
        let (location, name) =
            slot.iter().find(|(key, _)| matches!(key.as_str(), "query" | "header" | "path" | "body"))?;
        // A header that stands in a clause of the page itself is read, not sent.
        if value.get("slot").is_none() && location == "header" {
            return None;
        }
        let filter = is_filter.then(|| value.get("template").unwrap_or(&Value::Null));
        Some(Taken { slot: (location.as_str(), name.as_str()?), role, clause, filter })
    }
}
