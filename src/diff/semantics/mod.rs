//! Our own semantics: what `x-contract` and `x-rules` promise, before and after.
//!
//! A clause is a promise about answers or an offer for requests. Offers that go narrow what may be asked; promises
//! that go widen what may come. A default that is written out changes nothing (`plain`); every key of the vocabulary
//! is compared, those that no rule knows as well; levels are compared on their own (`levels`).

mod handlings;
mod levels;
mod lists;
mod plain;
mod reads;
mod x_rules;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::plain::{ABOUT, LEVELS, is_handling, plain, same, shown};
use super::api::{Api, Both, Context, Reached};
use super::arena::{NodeId, Side};
use super::change::{At, Change};
use super::law::{Direction, Effect};
use super::rule::{Aspect, Rule};
use super::rules;
use crate::document::text_of;

/// Members of an object.
fn members(value: Option<&Value>) -> BTreeMap<&str, &Value> {
    value
        .and_then(Value::as_object)
        .map(|map| map.iter().map(|(key, value)| (key.as_str(), value)).collect())
        .unwrap_or_default()
}

/// A clause on both sides, and where one would stand that is missing.
struct Clauses {
    old: Option<NodeId>,
    new: Option<NodeId>,
    holder: (At, At),
}

impl Clauses {
    /// Where the clause stands, or what would hold it.
    fn at(&self) -> (At, At) {
        (
            self.old.map_or_else(|| self.holder.0.clone(), At::node),
            self.new.map_or_else(|| self.holder.1.clone(), At::node),
        )
    }

    fn both(&self) -> bool {
        self.old.is_some() && self.new.is_some()
    }
}

impl<'a> Api<'a> {
    pub(super) fn compare_semantics(&mut self, context: &Context, both: Both) {
        let clauses = self.clauses(both);
        if !self.told_apart(&clauses) {
            return;
        }
        let lists = self.sub(&clauses, "lists");
        self.compare_lists(context, &lists);
        let reads = self.sub(&clauses, "reads");
        self.compare_reads(context, &reads);
        let expands = self.sub(&clauses, "expands");
        self.compare_expansions(context, &expands);
        self.compare_rest(context, "", &clauses, &["lists", "reads", "expands"]);
        self.compare_levels(context, "", &clauses);
    }

    /// The `x-contract` of two nodes.
    fn clauses(&mut self, both: Both) -> Clauses {
        let holder =
            Clauses { old: Some(both.old), new: Some(both.new), holder: (At::node(both.old), At::node(both.new)) };
        self.sub(&holder, "x-contract")
    }

    /// The clause under a key.
    fn sub(&mut self, clauses: &Clauses, key: &str) -> Clauses {
        Clauses {
            old: clauses.old.and_then(|node| self.engine.old.get(node, key)),
            new: clauses.new.and_then(|node| self.engine.new.get(node, key)),
            holder: clauses.at(),
        }
    }

    /// The clauses at one position of two lists.
    fn item_of(&mut self, clauses: &Clauses, index: usize) -> Clauses {
        Clauses {
            old: clauses.old.and_then(|node| self.engine.old.item(node, index)),
            new: clauses.new.and_then(|node| self.engine.new.item(node, index)),
            holder: clauses.at(),
        }
    }

    fn values_of(&self, clauses: &Clauses) -> (Option<&'a Value>, Option<&'a Value>) {
        (clauses.old.map(|node| self.engine.old.value(node)), clauses.new.map(|node| self.engine.new.value(node)))
    }

    /// Whether anything at all reads differently, even if only a level.
    fn told_apart(&self, clauses: &Clauses) -> bool {
        let (old, new) = self.values_of(clauses);
        old != new
    }

    /// Whether the two promise different things.
    fn differ(&self, key: &str, clauses: &Clauses) -> bool {
        let (old, new) = self.values_of(clauses);
        !same(key, old, new)
    }

    fn clause(&mut self, context: &Context, rule: &'static Rule, subject: &str, clauses: &Clauses) {
        let (old, new) = self.values_of(clauses);
        self.clause_with(context, rule, subject, clauses, (shown(old), shown(new)));
    }

    fn clause_with(
        &mut self,
        context: &Context,
        rule: &'static Rule,
        subject: &str,
        clauses: &Clauses,
        values: (String, String),
    ) {
        let promise = rule.aspect == Some(Aspect::Promise) && matches!(rule.effect, Effect::Narrows | Effect::Widens);
        let at = clauses.at();
        let change = Change::new(rule, if promise { Direction::Response } else { Direction::Request })
            .at(Some(at.0), Some(at.1))
            .about(format!("`{subject}`"))
            .values(values.0, values.1);
        let operations = if context.label.is_empty() { Vec::new() } else { vec![context.label.clone()] };
        self.found.push(Reached { change, operations, spot: "x-contract".to_owned() });
    }

    /// A promise about answers that came, went, or reads differently.
    fn promise(&mut self, context: &Context, subject: &str, clauses: &Clauses) {
        let key = subject.rsplit('.').next().unwrap_or(subject);
        if !self.differ(key, clauses) {
            return;
        }
        let rule: &'static Rule = match (clauses.old, clauses.new) {
            (Some(_), None) => &rules::promise_removed::RULE,
            (None, Some(_)) => &rules::promise_added::RULE,
            _ => &rules::promise_changed::RULE,
        };
        self.clause(context, rule, subject, clauses);
    }

    /// Says one rule when both sides have the clause and it differs, and speaks of a promise when only one has it.
    fn replaced(&mut self, context: &Context, rule: &'static Rule, subject: &str, clauses: &Clauses) {
        let key = subject.rsplit('.').next().unwrap_or(subject);
        if !clauses.both() {
            self.promise(context, subject, clauses);
        } else if self.differ(key, clauses) {
            self.clause(context, rule, subject, clauses);
        }
    }

    /// What no rule of its own compares: every other key of two clauses.
    fn compare_rest(&mut self, context: &Context, subject: &str, clauses: &Clauses, done: &[&str]) {
        let (old, new) = self.values_of(clauses);
        let keys: BTreeSet<&str> = members(old).into_keys().chain(members(new).into_keys()).collect();
        let own =
            |key: &str| !done.contains(&key) && !ABOUT.contains(&key) && !LEVELS.iter().any(|(known, _)| *known == key);
        for key in keys.into_iter().filter(|key| own(key)) {
            let inner = self.sub(clauses, key);
            if !self.differ(key, &inner) {
                continue;
            }
            let name = if subject.is_empty() { key.to_owned() } else { format!("{subject}.{key}") };
            if is_handling(key) {
                let (one, two) = self.values_of(&inner);
                self.clause(context, handlings::decided(key, one, two), &name, &inner);
            } else {
                self.promise(context, &name, &inner);
            }
        }
    }

    fn compare_expansions(&mut self, context: &Context, expands: &Clauses) {
        let by_value = |side: &mut Side<'a>, list: Option<NodeId>| -> BTreeMap<String, NodeId> {
            let all = list.map(|list| side.items(list)).unwrap_or_default();
            let mut found = BTreeMap::new();
            for node in all {
                let name = side.value(node).get("value").map(plain).unwrap_or_default();
                let mut name = text_of(&name);
                // One value may be sent in several places.
                while found.contains_key(&name) {
                    name.push('\'');
                }
                found.insert(name, node);
            }
            found
        };
        let old = by_value(&mut self.engine.old, expands.old);
        let new = by_value(&mut self.engine.new, expands.new);
        for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let one = Clauses { old: old.get(name).copied(), new: new.get(name).copied(), holder: expands.at() };
            if one.both() {
                for key in ["slot", "adds"] {
                    // Consumers send and look in the old place.
                    let moved = self.sub(&one, key);
                    self.replaced(context, &rules::promise_moved::RULE, &format!("{name}.{key}"), &moved);
                }
                self.compare_rest(context, name, &one, &["slot", "adds", "value"]);
            } else {
                let rule: &'static Rule =
                    if one.old.is_some() { &rules::expansion_removed::RULE } else { &rules::expansion_added::RULE };
                self.clause(context, rule, name, &one);
            }
        }
    }

    /// The clauses of the document as a whole, and the rules of its schemas.
    pub(super) fn compare_root_semantics(&mut self) {
        let whole = Context { label: String::new(), direction: Direction::Request };
        let (old, new) = (self.engine.old.root(), self.engine.new.root());
        let clauses = self.clauses(Both { old, new });
        if self.told_apart(&clauses) {
            let resources = self.sub(&clauses, "resources");
            for name in self.names_of(&resources) {
                let resource = self.sub(&resources, name);
                let key = self.sub(&resource, "key");
                self.replaced(&whole, &rules::record_key_changed::RULE, &format!("{name}.key"), &key);
                let schema = self.sub(&resource, "schema");
                if !self.point_to_the_same(&schema) {
                    self.promise(&whole, &format!("{name}.schema"), &schema);
                }
                self.compare_rest(&whole, name, &resource, &["key", "schema"]);
            }
            let tenancy = self.sub(&clauses, "tenancy");
            let slot = self.sub(&tenancy, "slot");
            self.replaced(&whole, &rules::tenancy_changed::RULE, "tenancy.slot", &slot);
            let field = self.sub(&tenancy, "field");
            self.replaced(&whole, &rules::tenancy_changed::RULE, "tenancy.field", &field);
            self.compare_rest(&whole, "tenancy", &tenancy, &["slot", "field"]);
            let refusals = self.sub(&clauses, "refusals");
            for name in self.names_of(&refusals) {
                let refusal = self.sub(&refusals, name);
                self.promise(&whole, &format!("refusals.{name}"), &refusal);
            }
            self.compare_rest(&whole, "", &clauses, &["resources", "tenancy", "refusals"]);
            self.compare_levels(&whole, "", &clauses);
        }
        self.compare_rules(&whole);
    }

    /// Whether two pointers lead to schemas that read the same: how a component is called is a matter of names.
    fn point_to_the_same(&mut self, pointers: &Clauses) -> bool {
        let (Some(old), Some(new)) = self.values_of(pointers) else { return false };
        let target = |side: &mut Side<'a>, pointer: &Value| -> Option<&'a Value> {
            let node = side.at(0, pointer.as_str()?.strip_prefix('#')?)?;
            Some(side.value(node))
        };
        let old = target(&mut self.engine.old, old);
        old.is_some() && old == target(&mut self.engine.new, new)
    }

    /// The names under which either side has clauses.
    fn names_of(&self, clauses: &Clauses) -> BTreeSet<&'a str> {
        let (old, new) = self.values_of(clauses);
        members(old).into_keys().chain(members(new).into_keys()).collect()
    }
}
