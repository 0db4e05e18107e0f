//! Links: where one goes on from a response.

use std::collections::BTreeSet;

use super::{Api, Both, Context, Spot, child};
use crate::diff::change::{At, Change};
use crate::diff::rule::Rule;
use crate::diff::rules;
use crate::diff::types::{same_value, shortened};

impl<'a> Api<'a> {
    pub(super) fn compare_links(&mut self, context: &Context, spot: &Spot, both: Both) {
        let (old, new) = self.member(both, "links");
        let names = |side: &mut crate::diff::arena::Side<'a>, node| -> BTreeSet<&'a str> {
            let all = side.members(node);
            all.into_iter().map(|(name, _)| name).filter(|name| !name.starts_with("x-")).collect()
        };
        let mut all = old.map(|node| names(&mut self.engine.old, node)).unwrap_or_default();
        all.extend(new.map(|node| names(&mut self.engine.new, node)).unwrap_or_default());
        for name in all {
            let one = old.and_then(|node| child(&mut self.engine.old, node, name));
            let two = new.and_then(|node| child(&mut self.engine.new, node, name));
            let text = |value: serde_json::Value| shortened(&value.to_string());
            let before = one.map(|node| wired(self.engine.old.value(node)));
            let after = two.map(|node| wired(self.engine.new.value(node)));
            let (rule, values): (&'static Rule, _) = match (before, after) {
                (Some(before), Some(after)) if same_value(&before, &after) => continue,
                (Some(before), Some(after)) => (&rules::link_changed::RULE, (text(before), text(after))),
                (Some(_), None) => (&rules::link_removed::RULE, ("listed".to_owned(), "not listed".to_owned())),
                _ => (&rules::link_added::RULE, ("not listed".to_owned(), "listed".to_owned())),
            };
            let change = Change::new(rule, context.direction)
                .at(Some(At::node(one.unwrap_or(both.old))), Some(At::node(two.unwrap_or(both.new))))
                .about(format!("`{name}`"))
                .values(values.0, values.1);
            self.push(context, spot, change);
        }
    }
}

/// What of a link shows on the wire.
fn wired(link: &serde_json::Value) -> serde_json::Value {
    let mut link = link.clone();
    if let Some(map) = link.as_object_mut() {
        map.retain(|key, _| {
            matches!(key.as_str(), "operationRef" | "operationId" | "parameters" | "requestBody" | "server")
        });
    }
    link
}
