//! Callbacks: the server sends the request, so the directions are turned round.

use super::operations::operations_of;
use super::{Api, Both, Context};
use crate::diff::change::{At, Change};
use crate::diff::rules;

impl Api<'_> {
    pub(super) fn compare_callbacks(&mut self, context: &Context, both: Both) {
        let (old, new) = self.member(both, "callbacks");
        let one = old.map(|node| self.engine.old.members(node)).unwrap_or_default();
        let two = new.map(|node| self.engine.new.members(node)).unwrap_or_default();
        for (name, node) in &one {
            match two.iter().find(|(other, _)| other == name) {
                Some((_, other)) => self.compare_callback(context, name, Both { old: *node, new: *other }),
                None => {
                    let change = Change::new(&rules::callback_removed::RULE, context.direction)
                        .at(Some(At::node(*node)), Some(At::node(both.new)))
                        .about(format!("`{name}`"))
                        .values("sent", "not sent");
                    self.push(context, &format!("callback `{name}`"), change);
                }
            }
        }
        for (name, node) in two.iter().filter(|(name, _)| !one.iter().any(|(other, _)| other == name)) {
            let change = Change::new(&rules::callback_added::RULE, context.direction)
                .at(Some(At::node(both.old)), Some(At::node(*node)))
                .about(format!("`{name}`"))
                .values("not sent", "sent");
            self.push(context, &format!("callback `{name}`"), change);
        }
    }

    fn compare_callback(&mut self, context: &Context, name: &str, both: Both) {
        let (old, new) = (self.engine.old.resolved(both.old), self.engine.new.resolved(both.new));
        let one = operations_of(&mut self.engine.old, Some(old));
        let two = operations_of(&mut self.engine.new, Some(new));
        for operation in &one {
            let Some(other) = two.iter().find(|other| other.path == operation.path && other.method == operation.method)
            else {
                let change = Change::new(&rules::callback_removed::RULE, context.direction)
                    .at(Some(At::node(operation.node)), Some(At::node(new)))
                    .about(format!("`{name}` {}", operation.label()))
                    .values("sent", "not sent");
                self.push(context, &format!("callback `{name}`"), change);
                continue;
            };
            let turned = Context {
                label: format!("{}, callback `{name}`", context.label),
                direction: context.direction.flipped(),
            };
            self.compare_parameters(&turned, operation, other);
            self.compare_exchange(&turned, Both { old: operation.node, new: other.node });
        }
    }
}
