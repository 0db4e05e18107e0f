//! Readers of one record: by which keys it is found.

use serde_json::Value;

use super::Clauses;
use super::plain::plain;
use crate::diff::api::{Api, Context};
use crate::diff::arena::{NodeId, Side};
use crate::diff::rules;

/// One way to find a record: where the key is sent, which field it is, and where that is written.
struct Way {
    slot: String,
    key: Value,
    node: NodeId,
}

fn ways(side: &mut Side<'_>, list: Option<NodeId>) -> Vec<Way> {
    let items = list.map(|list| side.items(list)).unwrap_or_default();
    let told = |value: &Value, key: &str| value.get(key).map(plain).unwrap_or_default();
    items
        .into_iter()
        .map(|node| {
            let value = side.value(node);
            Way { slot: told(value, "slot").to_string(), key: told(value, "key"), node }
        })
        .collect()
}

impl Api<'_> {
    pub(super) fn compare_reads(&mut self, context: &Context, reads: &Clauses) {
        if !reads.both() {
            return self.promise(context, "reads", reads);
        }
        let by = self.sub(reads, "by");
        self.compare_ways(context, &by);
        let item = self.sub(reads, "item");
        // Where it is left out the body is the record: what comes or goes moves the record too.
        if self.differ("item", &item) {
            self.clause(context, &rules::promise_moved::RULE, "reads.item", &item);
        }
        let gone = self.sub(reads, "gone");
        // What need not be found is taken out of the promise.
        match (gone.old, gone.new) {
            (Some(_), None) => self.clause(context, &rules::promise_strengthened::RULE, "reads.gone", &gone),
            (None, Some(_)) => self.clause(context, &rules::promise_weakened::RULE, "reads.gone", &gone),
            _ => self.promise(context, "reads.gone", &gone),
        }
        self.compare_rest(context, "reads", reads, &["by", "item", "gone"]);
    }

    /// Keys that came and went; one that took the place of another where that was sent is another key.
    fn compare_ways(&mut self, context: &Context, by: &Clauses) {
        let mut old = ways(&mut self.engine.old, by.old);
        let mut new = ways(&mut self.engine.new, by.new);
        old.retain(|way| {
            let known = new.iter().position(|other| other.slot == way.slot && other.key == way.key);
            let other = known.map(|at| new.remove(at));
            other.is_none()
        });
        let clauses = |one: Option<NodeId>, two: Option<NodeId>| Clauses { old: one, new: two, holder: by.at() };
        for way in old {
            let other = new.iter().position(|other| other.slot == way.slot).map(|at| new.remove(at));
            let key = way.key.as_str().unwrap_or_default();
            match other {
                Some(other) => {
                    let both = clauses(Some(way.node), Some(other.node));
                    let key = self.sub(&both, "key");
                    self.clause(context, &rules::record_key_changed::RULE, "reads.by", &key);
                }
                None => {
                    let gone = clauses(Some(way.node), None);
                    self.clause(context, &rules::read_key_removed::RULE, key, &gone);
                }
            }
        }
        for way in new {
            let key = way.key.as_str().unwrap_or_default();
            let came = clauses(None, Some(way.node));
            self.clause(context, &rules::read_key_added::RULE, key, &came);
        }
    }
}
