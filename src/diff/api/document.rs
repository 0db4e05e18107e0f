//! The document as a whole: its version, its servers, the names of its components.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Api, Reached, child};
use crate::diff::arena::Side;
use crate::diff::change::{At, Change};
use crate::diff::law::Direction;
use crate::diff::rule::Rule;
use crate::diff::rules;

impl<'a> Api<'a> {
    /// Compares everything: the one entry point.
    pub(crate) fn compare(&mut self) {
        self.compare_operations();
        self.compare_schemes();
        self.compare_servers();
        self.compare_components();
        self.compare_root_semantics();
    }

    pub(super) fn say_document(&mut self, rule: &'static Rule, key: &str, subject: String, values: (&str, &str)) {
        let place = |side: &Side<'a>| {
            let root = side.root();
            if side.value(root).get(key).is_some() { At::key(root, key) } else { At::node(root) }
        };
        let change = Change::new(rule, Direction::Request)
            .at(Some(place(&self.engine.old)), Some(place(&self.engine.new)))
            .about(subject)
            .values(values.0, values.1);
        self.found.push(Reached { change, operations: Vec::new(), spot: String::new() });
    }

    fn compare_servers(&mut self) {
        let urls = |side: &Side<'a>| -> BTreeSet<&'a str> {
            let servers = side.value(side.root()).get("servers").and_then(Value::as_array);
            servers.into_iter().flatten().filter_map(|server| server.get("url")?.as_str()).collect()
        };
        let (old, new) = (urls(&self.engine.old), urls(&self.engine.new));
        for url in old.difference(&new) {
            self.say_document(&rules::server_removed::RULE, "servers", format!("`{url}`"), ("listed", "not listed"));
        }
        for url in new.difference(&old) {
            self.say_document(&rules::server_added::RULE, "servers", format!("`{url}`"), ("not listed", "listed"));
        }
    }

    /// Names of schemas: nothing on the wire, but the names of types in generated clients.
    fn compare_components(&mut self) {
        let schemas = |side: &mut Side<'a>| {
            let root = side.root();
            let components = child(side, root, "components")?;
            side.get(components, "schemas")
        };
        let (Some(old), Some(new)) = (schemas(&mut self.engine.old), schemas(&mut self.engine.new)) else { return };
        let (one, two) = (self.engine.old.members(old), self.engine.new.members(new));
        let before: BTreeSet<&str> = one.iter().map(|(name, _)| *name).collect();
        let after: BTreeSet<&str> = two.iter().map(|(name, _)| *name).collect();
        for (name, node) in one.iter().filter(|(name, _)| !after.contains(name)) {
            let change = Change::new(&rules::schema_name_removed::RULE, Direction::Response)
                .at(Some(At::node(*node)), Some(At::node(new)))
                .about(format!("`{name}`"))
                .values("named", "not named");
            self.found.push(Reached { change, operations: Vec::new(), spot: String::new() });
        }
        for (name, node) in two.iter().filter(|(name, _)| !before.contains(name)) {
            let change = Change::new(&rules::schema_name_added::RULE, Direction::Response)
                .at(Some(At::node(old)), Some(At::node(*node)))
                .about(format!("`{name}`"))
                .values("not named", "named");
            self.found.push(Reached { change, operations: Vec::new(), spot: String::new() });
        }
    }
}
