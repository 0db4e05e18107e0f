//! The document as a whole: its version, its servers, the names of its components.

use std::collections::BTreeSet;

use super::{Api, Reached, child};
use crate::diff::arena::Side;
use crate::diff::change::{At, Change};
use crate::diff::law::Direction;
use crate::diff::rules;

impl<'a> Api<'a> {
    /// Compares everything: the one entry point.
    pub(crate) fn compare(&mut self) {
        self.compare_operations();
        self.compare_webhooks();
        self.compare_schemes();
        self.compare_servers();
        self.compare_components();
        self.compare_root_semantics();
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
