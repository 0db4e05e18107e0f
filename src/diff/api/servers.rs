//! Servers: of the document, and of the paths and operations that have their own.

use std::collections::BTreeSet;

use serde_json::Value;

use super::operations::Operation;
use super::{Api, Context, Reached};
use crate::diff::arena::{NodeId, Side};
use crate::diff::change::{At, Change};
use crate::diff::law::Direction;
use crate::diff::rule::Rule;
use crate::diff::rules;

/// One server: its address without a last slash, and its node.
type Server<'a> = (&'a str, NodeId);

/// The servers that a node lists itself.
fn own<'a>(side: &mut Side<'a>, holder: NodeId) -> Option<Vec<Server<'a>>> {
    let list = side.get(holder, "servers")?;
    let mut found = Vec::new();
    for node in side.items(list) {
        if let Some(url) = side.text(node, "url") {
            found.push((url.trim_end_matches('/'), node));
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The first of some nodes that lists servers, and these.
fn listed<'a>(side: &mut Side<'a>, holders: &[NodeId]) -> (NodeId, Vec<Server<'a>>) {
    for holder in holders {
        if let Some(found) = own(side, *holder) {
            return (*holder, found);
        }
    }
    (side.root(), Vec::new())
}

/// The path that all servers of the document share: `/v1`, or nothing. None when they differ, or leave it open.
pub(super) fn base_path<'a>(side: &mut Side<'a>) -> Option<&'a str> {
    let root = side.root();
    let paths: BTreeSet<&str> = own(side, root).unwrap_or_default().into_iter().map(|(url, _)| path_of(url)).collect();
    let mut paths = paths.into_iter();
    let path = paths.next().unwrap_or_default();
    (paths.next().is_none() && !path.contains('{')).then_some(path)
}

/// What stands behind the host.
fn path_of(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = behind.find('/').map_or("", |at| &behind[at..]);
    if url.starts_with('/') { url } else { path }
}

impl<'a> Api<'a> {
    /// Compares the servers of the document.
    pub(super) fn compare_servers(&mut self) {
        let (old, new) = (self.engine.old.root(), self.engine.new.root());
        let bases = self.moved.unwrap_or_default();
        self.compare_listed(None, (&[old], &[new]), bases);
    }

    /// Compares the servers of an operation where it, or its path, has its own on either side.
    pub(super) fn compare_own_servers(&mut self, context: &Context, old: &Operation<'a>, new: &Operation<'a>) {
        let (old_root, new_root) = (self.engine.old.root(), self.engine.new.root());
        let has = |side: &mut Side<'a>, nodes: [NodeId; 2]| nodes.into_iter().any(|node| own(side, node).is_some());
        if has(&mut self.engine.old, [old.node, old.item]) || has(&mut self.engine.new, [new.node, new.item]) {
            let holders = ([old.node, old.item, old_root], [new.node, new.item, new_root]);
            self.compare_listed(Some(context), (&holders.0, &holders.1), ("", ""));
        }
    }

    /// Compares two lists of servers, without the parts of their paths that moved into the paths of the document.
    fn compare_listed(
        &mut self,
        context: Option<&Context>,
        (old, new): (&[NodeId], &[NodeId]),
        (before, after): (&str, &str),
    ) {
        let (old_holder, one) = listed(&mut self.engine.old, old);
        let (new_holder, two) = listed(&mut self.engine.new, new);
        let place = |side: &Side<'a>, holder: NodeId| {
            if side.value(holder).get("servers").is_some() { At::key(holder, "servers") } else { At::node(holder) }
        };
        let at = (place(&self.engine.old, old_holder), place(&self.engine.new, new_holder));
        let origin = |url: &'a str, base: &str| url.strip_suffix(base).unwrap_or(url);
        let alike = |one: &'a str, two: &'a str| origin(one, before) == origin(two, after);
        // Without servers there is one, and its address is `/`.
        let said = |url: &str, others: &[Server<'a>]| !(url.is_empty() && others.is_empty());
        for (url, node) in one.iter().filter(|(url, _)| said(origin(url, before), &two)) {
            match two.iter().find(|(other, _)| alike(url, other)) {
                Some((_, other)) => self.compare_variables(context, *node, *other),
                None => {
                    let values = ("listed", "not listed");
                    self.say_server(context, &rules::server_removed::RULE, url, at.clone(), values);
                }
            }
        }
        let came = two.iter().filter(|(url, _)| !one.iter().any(|(other, _)| alike(other, url)));
        for (url, _) in came.filter(|(url, _)| said(origin(url, after), &one)) {
            self.say_server(context, &rules::server_added::RULE, url, at.clone(), ("not listed", "listed"));
        }
    }

    /// The variables in the address of one server.
    fn compare_variables(&mut self, context: Option<&Context>, old: NodeId, new: NodeId) {
        let (Some(before), Some(after)) =
            (self.engine.old.get(old, "variables"), self.engine.new.get(new, "variables"))
        else {
            return;
        };
        for (name, one) in self.engine.old.members(before) {
            let Some(two) = self.engine.new.get(after, name) else { continue };
            let at = (At::node(one), At::node(two));
            let (left, right) = (self.engine.old.text(one, "default"), self.engine.new.text(two, "default"));
            if left != right {
                let values = (left.unwrap_or("none"), right.unwrap_or("none"));
                self.say_server(context, &rules::server_variable_default_changed::RULE, name, at.clone(), values);
            }
            let values = |value: &'a Value| -> Option<BTreeSet<&'a str>> {
                Some(value.get("enum")?.as_array()?.iter().filter_map(Value::as_str).collect())
            };
            let (left, right) = (values(self.engine.old.value(one)), values(self.engine.new.value(two)));
            let less = |one: &Option<BTreeSet<&'a str>>, two: &Option<BTreeSet<&'a str>>| match (one, two) {
                // Without a list every value may be filled in.
                (None, Some(_)) => vec!["any value"],
                (Some(one), Some(two)) => one.difference(two).copied().collect(),
                (_, None) => Vec::new(),
            };
            for value in less(&left, &right) {
                let rule = &rules::server_variable_value_removed::RULE;
                self.say_server(context, rule, &format!("{name}: {value}"), at.clone(), ("listed", "not listed"));
            }
            for value in less(&right, &left) {
                let rule = &rules::server_variable_value_added::RULE;
                self.say_server(context, rule, &format!("{name}: {value}"), at.clone(), ("not listed", "listed"));
            }
        }
    }

    fn say_server(
        &mut self,
        context: Option<&Context>,
        rule: &'static Rule,
        subject: &str,
        at: (At, At),
        values: (&str, &str),
    ) {
        let change = Change::new(rule, Direction::Request)
            .at(Some(at.0), Some(at.1))
            .about(format!("`{subject}`"))
            .values(values.0, values.1);
        let operations = context.map(|context| context.label.clone()).into_iter().collect();
        self.found.push(Reached { change, operations, spot: String::new() });
    }
}
