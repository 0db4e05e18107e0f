//! Operations: which belong together, which came, which went.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::servers::base_path;
use super::{Api, Both, Context, child};
use crate::diff::arena::{NodeId, Side};
use crate::diff::change::{At, Change};
use crate::diff::law::{Direction, Guard};
use crate::diff::rules;

/// The methods of a path item.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// One operation of one side.
#[derive(Clone, Debug)]
pub(crate) struct Operation<'a> {
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
    pub(crate) node: NodeId,
    /// The path item that holds it, for its shared parameters.
    pub(crate) item: NodeId,
}

impl Operation<'_> {
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.path)
    }

    /// The path with the names of its parameters left out, which do not matter on the wire.
    pub(crate) fn shape(&self) -> String {
        shape(self.path)
    }
}

pub(crate) fn shape(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '{' => {
                inside = true;
                text.push_str("{}");
            }
            '}' => inside = false,
            _ if inside => {}
            _ => text.push(letter),
        }
    }
    text
}

/// The names of the parameters in a path template, in order.
pub(crate) fn template_names(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
}

/// All operations below a map of paths, in document order.
pub(crate) fn operations_of<'a>(side: &mut Side<'a>, paths: Option<NodeId>) -> Vec<Operation<'a>> {
    let mut found = Vec::new();
    let Some(paths) = paths else { return found };
    for (path, item) in side.members(paths) {
        if path.starts_with("x-") {
            continue;
        }
        // Methods beside a `$ref` are sloppy, but common: both are read.
        let target = side.resolved(item);
        for holder in if target == item { vec![item] } else { vec![target, item] } {
            for (method, node) in side.members(holder) {
                if METHODS.contains(&method) && side.value(node).is_object() {
                    found.push(Operation { path, method, node, item: holder });
                }
            }
        }
    }
    found
}

impl<'a> Api<'a> {
    /// Compares all operations of both documents.
    pub(crate) fn compare_operations(&mut self) {
        let (old_root, new_root) = (self.engine.old.root(), self.engine.new.root());
        let old_paths = child(self.old(), old_root, "paths");
        let old = operations_of(self.old(), old_paths);
        let new_paths = child(self.new_side(), new_root, "paths");
        let new = operations_of(self.new_side(), new_paths);
        let mut partners = pair_up(&old, &new);
        self.pair_moved(&old, &new, &mut partners);
        let mut taken = vec![false; new.len()];
        let mut gone = Vec::new();
        for (operation, partner) in old.iter().zip(&partners) {
            match partner {
                Some(index) => {
                    taken[*index] = true;
                    self.compare_operation(operation, &new[*index]);
                }
                None => gone.push(operation.clone()),
            }
        }
        self.removed(&gone, &new);
        for operation in new.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(operation, _)| operation) {
            let context = Context { label: operation.label(), direction: Direction::Request };
            let change = Change::new(&rules::operation_added::RULE, Direction::Request)
                .at(old_paths.map(At::node), Some(At::node(operation.node)))
                .about(format!("`{}`", operation.label()));
            self.push(&context, "", change);
        }
    }

    /// Pairs what is left where a part of the paths moved into the servers, or out of them: `/v1` and `/customers` are
    /// called as `/v1/customers`.
    fn pair_moved(&mut self, old: &[Operation<'a>], new: &[Operation<'a>], partners: &mut [Option<usize>]) {
        let (Some(before), Some(after)) = (base_path(self.old()), base_path(self.new_side())) else { return };
        if before == after {
            return;
        }
        let taken: HashSet<usize> = partners.iter().flatten().copied().collect();
        let mut free: HashMap<(String, &str), usize> = HashMap::new();
        for (index, other) in new.iter().enumerate().filter(|(index, _)| !taken.contains(index)) {
            free.entry((format!("{after}{}", other.shape()), other.method)).or_insert(index);
        }
        let mut moved = false;
        for (operation, partner) in old.iter().zip(partners).filter(|(_, partner)| partner.is_none()) {
            *partner = free.remove(&(format!("{before}{}", operation.shape()), operation.method));
            moved |= partner.is_some();
        }
        // Whoever kept its path is called elsewhere now.
        self.moved = (moved && taken.is_empty()).then_some((before, after));
    }

    /// Removed operations; a path of which nothing is left is one finding.
    fn removed(&mut self, gone: &[Operation<'a>], new: &[Operation<'a>]) {
        let mut by_path: IndexMap<&str, Vec<&Operation<'a>>> = IndexMap::new();
        for operation in gone {
            by_path.entry(operation.path).or_default().push(operation);
        }
        let shapes: HashMap<String, &Operation<'a>> = if gone.is_empty() {
            HashMap::new()
        } else {
            new.iter().rev().map(|other| (other.shape(), other)).collect()
        };
        for (path, operations) in by_path {
            let here = shapes.get(&shape(path));
            let root = self.engine.new.root();
            let new_at = here.map(|other| other.item).or_else(|| self.engine.new.get(root, "paths")).map(At::node);
            let judged: Vec<bool> = operations.iter().map(|operation| self.removal_is_lawful(operation)).collect();
            if here.is_none() && operations.len() > 1 && judged.iter().all(|lawful| !lawful) {
                let old_at = operations.first().map(|first| At::node(first.item));
                let change = Change::new(&rules::path_removed::RULE, Direction::Request)
                    .at(old_at, new_at)
                    .about(format!("`{path}`"))
                    .values("present", "absent");
                let labels = operations.iter().map(|operation| operation.label()).collect();
                self.found.push(super::Reached { change, operations: labels, spot: String::new() });
                continue;
            }
            for (operation, lawful) in operations.iter().zip(judged) {
                let context = Context { label: operation.label(), direction: Direction::Request };
                let change = Change::new(&rules::operation_removed::RULE, Direction::Request)
                    .at(Some(At::node(operation.node)), new_at.clone())
                    .about(format!("`{}`", operation.label()))
                    .values("present", "absent")
                    .guarded(Guard::Sanctioned, lawful);
                self.push(&context, "", change);
            }
        }
    }

    fn compare_operation(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let context = Context { label: new.label(), direction: Direction::Request };
        let both = Both { old: old.node, new: new.node };
        self.compare_names(&context, both);
        self.compare_lifecycle(&context, both);
        self.compare_security(&context, both);
        self.compare_own_servers(&context, old, new);
        self.compare_parameters(&context, old, new);
        self.compare_exchange(&context, both);
        self.compare_callbacks(&context, both);
        self.compare_semantics(&context, both);
    }

    /// Request body and responses.
    pub(super) fn compare_exchange(&mut self, context: &Context, both: Both) {
        self.compare_body(context, both);
        self.compare_responses(context, both);
    }

    fn compare_names(&mut self, context: &Context, both: Both) {
        let (one, two) = (self.old().text(both.old, "operationId"), self.new_side().text(both.new, "operationId"));
        if one != two {
            let values = (one.unwrap_or("none"), two.unwrap_or("none"));
            self.say(context, "", &rules::operation_id_changed::RULE, both, "operationId", values);
        }
        let (one, two) = (self.old().value(both.old).get("tags"), self.new_side().value(both.new).get("tags"));
        if one != two {
            let text = |tags: Option<&serde_json::Value>| tags.map_or("none".to_owned(), ToString::to_string);
            let (one, two) = (text(one), text(two));
            self.say(context, "", &rules::tags_changed::RULE, both, "tags", (&one, &two));
        }
    }
}

/// For each old operation the index of the new one: the same path first, then the same shape of path.
pub(crate) fn pair_up(old: &[Operation<'_>], new: &[Operation<'_>]) -> Vec<Option<usize>> {
    let exact: HashMap<(&str, &str), usize> =
        new.iter().enumerate().rev().map(|(index, other)| ((other.path, other.method), index)).collect();
    let mut partners: Vec<Option<usize>> =
        old.iter().map(|operation| exact.get(&(operation.path, operation.method)).copied()).collect();
    let mut taken: Vec<bool> = vec![false; new.len()];
    for index in partners.iter().flatten() {
        taken[*index] = true;
    }
    let mut shapes: HashMap<(String, &str), Vec<usize>> = HashMap::new();
    for (index, other) in new.iter().enumerate().rev().filter(|(index, _)| !taken[*index]) {
        shapes.entry((other.shape(), other.method)).or_default().push(index);
    }
    for (operation, partner) in old.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
        *partner = shapes.get_mut(&(operation.shape(), operation.method)).and_then(Vec::pop);
    }
    partners
}
