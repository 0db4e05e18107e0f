//! Lists: where the records are, pages, filters, orders.

use serde_json::Value;

use super::Clauses;
use super::plain::{handling, plain, same};
use crate::diff::api::{Api, Context};
use crate::diff::rule::Rule;
use crate::diff::rules;

/// The ways to the next page.
const WAYS: [&str; 3] = ["next", "offset", "number"];

/// Places in the envelope of a page.
const SPOTS: [&str; 8] = ["more", "count", "total", "pages", "next-number", "remaining", "size-echo", "offset-echo"];

impl<'a> Api<'a> {
    pub(super) fn compare_lists(&mut self, context: &Context, lists: &Clauses) {
        if !lists.both() {
            return self.promise(context, "lists", lists);
        }
        for (key, rule) in [
            ("items", &rules::collection_moved::RULE),
            ("key", &rules::record_key_changed::RULE),
            ("resource", &rules::record_key_changed::RULE),
        ] {
            let clause = self.sub(lists, key);
            self.replaced(context, rule, key, &clause);
        }
        let item = self.sub(lists, "item");
        // Where it is left out the item is the record: what comes or goes moves the records too.
        if self.differ("item", &item) {
            self.clause(context, &rules::collection_moved::RULE, "item", &item);
        }
        let page = self.sub(lists, "page");
        self.compare_page(context, &page);
        let filters = self.sub(lists, "filters");
        self.compare_filters(context, &filters);
        let sort = self.sub(lists, "sort");
        self.compare_sort(context, &sort);
        self.compare_rest(context, "", lists, &["items", "item", "key", "resource", "page", "filters", "sort"]);
    }

    fn compare_page(&mut self, context: &Context, page: &Clauses) {
        if !page.both() {
            return self.promise(context, "page", page);
        }
        let ways: Vec<Clauses> = WAYS.iter().map(|way| self.sub(page, way)).collect();
        if ways.iter().any(|way| way.old.is_some() && way.new.is_none()) {
            self.clause(context, &rules::paging_style_changed::RULE, "page", page);
        } else {
            for (name, way) in WAYS.iter().zip(&ways) {
                if way.both() {
                    self.compare_way(context, name, way);
                } else {
                    self.promise(context, name, way);
                }
            }
        }
        let size = self.sub(page, "size");
        self.compare_size(context, &size);
        for key in SPOTS {
            let clause = self.sub(page, key);
            if key == "total" && self.counts_otherwise(context, &clause)
                || key == "offset-echo" && self.means_otherwise(context, &clause)
            {
                continue;
            }
            // A spot that moved is a promise that is kept elsewhere: consumers look in the old place.
            self.replaced(context, &rules::promise_moved::RULE, key, &clause);
        }
        self.compare_rest(context, "", page, &[&WAYS[..], &SPOTS[..], &["size"]].concat());
    }

    /// Says that a total stands where it stood and counts something else; whether it does.
    fn counts_otherwise(&mut self, context: &Context, total: &Clauses) -> bool {
        let of = self.sub(total, "of");
        let (old, new) = self.values_of(total);
        let place = |value: Option<&Value>| value.map(|value| value.get("spot").unwrap_or(value).clone());
        let with = |value: Option<&Value>| value.and_then(|value| value.get("with")).cloned();
        let counts = total.both() && self.differ("of", &of) && place(old) == place(new) && with(old) == with(new);
        if counts {
            self.clause(context, &rules::total_meaning_changed::RULE, "total.of", &of);
        }
        counts
    }

    /// Says that of several readings of an offset that stands where it stood some went, or others came; whether it is so.
    fn means_otherwise(&mut self, context: &Context, echo: &Clauses) -> bool {
        let means = self.sub(echo, "means");
        let (old, new) = self.values_of(echo);
        let (Some(old), Some(new)) = (old, new) else { return false };
        let words = |value: &'a Value| value.get("means").and_then(Value::as_array);
        let (Some(before), Some(after)) = (words(old), words(new)) else { return false };
        if old.get("spot") != new.get("spot") {
            return false;
        }
        let rule: &'static Rule =
            match (after.iter().all(|word| before.contains(word)), before.iter().all(|word| after.contains(word))) {
                (true, true) => return true,
                (true, false) => &rules::promise_strengthened::RULE,
                (false, true) => &rules::promise_weakened::RULE,
                (false, false) => return false,
            };
        self.clause(context, rule, "offset-echo.means", &means);
        true
    }

    /// Where the way to the next page is read and sent; how a malformed one is handled is another matter.
    fn compare_way(&mut self, context: &Context, name: &str, way: &Clauses) {
        const PLACES: [&str; 7] = ["spot", "header", "rel", "field", "as", "slot", "first"];
        let mut moved = false;
        for key in PLACES {
            let clause = self.sub(way, key);
            moved |= self.differ(key, &clause);
        }
        if moved {
            self.clause(context, &rules::paging_style_changed::RULE, name, way);
        }
        self.compare_rest(context, name, way, &PLACES);
    }

    fn compare_size(&mut self, context: &Context, size: &Clauses) {
        if !size.both() {
            return self.promise(context, "size", size);
        }
        let slot = self.sub(size, "slot");
        self.replaced(context, &rules::paging_style_changed::RULE, "size.slot", &slot);
        let default = self.sub(size, "default");
        if self.differ("default", &default) {
            self.clause(context, &rules::page_size_default_changed::RULE, "size.default", &default);
        }
        for (key, low) in [("min", true), ("max", false)] {
            let limit = self.sub(size, key);
            let number = |value: Option<&Value>| value.and_then(Value::as_f64);
            let (old, new) = self.values_of(&limit);
            // A maximum that is not said promises no size at all; a minimum that is not said is 1.
            let missing = if low { 1.0 } else { 0.0 };
            let (before, after) = (number(old).unwrap_or(missing), number(new).unwrap_or(missing));
            let narrows = if low { after > before } else { after < before };
            if narrows {
                self.clause(context, &rules::page_size_limit_narrowed::RULE, &format!("size.{key}"), &limit);
            } else if before.total_cmp(&after).is_ne() {
                self.clause(context, &rules::page_size_limit_widened::RULE, &format!("size.{key}"), &limit);
            }
        }
        for key in ["below", "above"] {
            let clause = self.sub(size, key);
            let (old, new) = self.values_of(&clause);
            let rule: &'static Rule = match (handling(old).as_str(), handling(new).as_str()) {
                (one, two) if one == two => continue,
                ("clamp", _) => &rules::page_size_limit_narrowed::RULE,
                ("refuse", _) | ("either", "clamp") => &rules::page_size_limit_widened::RULE,
                // Nobody was promised a page.
                _ => &rules::promise_strengthened::RULE,
            };
            self.clause(context, rule, &format!("size.{key}"), &clause);
        }
        self.compare_rest(context, "size", size, &["slot", "default", "min", "max", "below", "above"]);
    }

    fn compare_filters(&mut self, context: &Context, filters: &Clauses) {
        const WEIGHTY: [&str; 7] = ["slot", "field", "match", "case", "rule", "template", "absent"];
        for name in self.names_of(filters) {
            let filter = self.sub(filters, name);
            let rule: Option<&'static Rule> = match (filter.old, filter.new) {
                (Some(_), None) => Some(&rules::filter_removed::RULE),
                (None, Some(_)) => Some(&rules::filter_added::RULE),
                _ => {
                    let (mut differs, mut settled) = (false, true);
                    for key in WEIGHTY {
                        let clause = self.sub(&filter, key);
                        if self.differ(key, &clause) {
                            differs = true;
                            settled &= self.is_settled(key, &clause);
                        }
                    }
                    let rule: &'static Rule =
                        if settled { &rules::promise_strengthened::RULE } else { &rules::filter_match_changed::RULE };
                    differs.then_some(rule)
                }
            };
            if let Some(rule) = rule {
                self.clause(context, rule, name, &filter);
            } else {
                let values = self.sub(&filter, "values");
                if self.differ("values", &values) {
                    self.clause(context, &rules::promise_changed::RULE, &format!("{name}.values"), &values);
                }
                self.compare_rest(context, name, &filter, &[&WEIGHTY[..], &["values"]].concat());
            }
        }
    }

    /// Whether one of the readings that a filter left open is the one that holds now.
    fn is_settled(&self, key: &str, clause: &Clauses) -> bool {
        let (old, new) = self.values_of(clause);
        match (key, old.map(plain)) {
            ("case", Some(open)) => open == "either",
            // Left out, everything is meant, which is the other reading.
            ("absent", Some(open)) => {
                open.get("either").is_some_and(|value| new.is_none_or(|new| same("absent", Some(value), Some(new))))
            }
            _ => false,
        }
    }

    fn compare_sort(&mut self, context: &Context, sort: &Clauses) {
        for map in ["fields", "values"] {
            let fields = self.sub(sort, map);
            for name in self.names_of(&fields) {
                let field = self.sub(&fields, name);
                let rule: &'static Rule = match (field.old, field.new) {
                    (Some(_), None) => &rules::sort_field_removed::RULE,
                    (None, Some(_)) => &rules::sort_field_added::RULE,
                    _ if self.differ(name, &field) => &rules::default_order_changed::RULE,
                    _ => continue,
                };
                self.clause(context, rule, name, &field);
            }
        }
        let default = self.sub(sort, "default");
        self.replaced(context, &rules::default_order_changed::RULE, "sort.default", &default);
        if sort.both() {
            for key in ["by", "direction", "slot"] {
                let clause = self.sub(sort, key);
                self.replaced(context, &rules::default_order_changed::RULE, &format!("sort.{key}"), &clause);
            }
            self.compare_rest(context, "sort", sort, &["fields", "values", "default", "by", "direction", "slot"]);
        }
    }
}
