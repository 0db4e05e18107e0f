//! Callbacks and webhooks: the server sends the request, so the directions are turned round.

use super::operations::{Operation, operations_of};
use super::{Api, Both, Context};
use crate::diff::arena::Side;
use crate::diff::change::{At, Change};
use crate::diff::law::Direction;
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

    /// Webhooks: what the server sends on its own account, from OpenAPI 3.1 on.
    pub(super) fn compare_webhooks(&mut self) {
        let hooks = |side: &mut Side<'_>| {
            let root = side.root();
            let found = side.get(root, "webhooks").filter(|_| side.siblings_count);
            (found.unwrap_or(root), found)
        };
        let (old_at, old) = hooks(&mut self.engine.old);
        let (new_at, new) = hooks(&mut self.engine.new);
        let one = old.map(|node| operations_of(&mut self.engine.old, Some(node))).unwrap_or_default();
        let two = new.map(|node| operations_of(&mut self.engine.new, Some(node))).unwrap_or_default();
        let of = |operation: &Operation<'_>| Context {
            label: format!("webhook {}", operation.label()),
            direction: Direction::Request,
        };
        for operation in &one {
            let context = of(operation);
            let Some(other) = two.iter().find(|other| other.path == operation.path && other.method == operation.method)
            else {
                let change = Change::new(&rules::callback_removed::RULE, context.direction)
                    .at(Some(At::node(operation.node)), Some(At::node(new_at)))
                    .about(format!("`{}`", operation.label()))
                    .values("sent", "not sent");
                self.push(&context, "", change);
                continue;
            };
            let turned = Context { direction: context.direction.flipped(), ..context };
            self.compare_parameters(&turned, operation, other);
            self.compare_exchange(&turned, Both { old: operation.node, new: other.node });
        }
        let known = |other: &Operation<'_>| one.iter().any(|it| it.path == other.path && it.method == other.method);
        for operation in two.iter().filter(|other| !known(other)) {
            let context = of(operation);
            let change = Change::new(&rules::callback_added::RULE, context.direction)
                .at(Some(At::node(old_at)), Some(At::node(operation.node)))
                .about(format!("`{}`", operation.label()))
                .values("not sent", "sent");
            self.push(&context, "", change);
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
