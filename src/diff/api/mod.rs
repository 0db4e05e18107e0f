//! The comparison above the schemas: operations, parameters, bodies, responses, security, lifecycle.
//!
//! It pairs what belongs together, notes its own changes and hands every pair of schemas to the relation engine.

mod bodies;
mod callbacks;
mod document;
mod lifecycle;
mod links;
mod operations;
mod parameters;
mod responses;
mod security;
mod servers;
mod spot;

pub(crate) use operations::{METHODS, Operation, operations_of, shape, template_names};
pub(crate) use spot::{Carrier, Spot};

use std::fmt::Display;

use super::arena::{NodeId, Side};
use super::change::{At, Change};
use super::law::Direction;
use super::relation::{Engine, Mode, PairId};
use super::rule::Rule;

/// A change together with the operations that it reaches.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) change: Change,
    pub(crate) operations: Vec<String>,
    /// Where in the operation: `query parameter limit`, `response 200`; empty for the operation itself.
    pub(crate) spot: String,
}

/// A pair of schemas that an operation uses.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) operation: String,
    pub(crate) spot: Spot,
    pub(crate) pair: PairId,
}

/// The operation under comparison.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// `GET /customers/{id}`, as the new document writes it.
    pub(crate) label: String,
    /// Who sends the request; callbacks turn it round.
    pub(crate) direction: Direction,
}

/// Two nodes that belong together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Both {
    pub(crate) old: NodeId,
    pub(crate) new: NodeId,
}

/// The comparison of two documents.
#[derive(Debug)]
pub(crate) struct Api<'a> {
    pub(crate) engine: Engine<'a>,
    pub(crate) found: Vec<Reached>,
    pub(crate) roots: Vec<Root>,
    /// The paths of the old and of the new servers, where what one lost the paths of the document gained.
    moved: Option<(&'a str, &'a str)>,
}

impl<'a> Api<'a> {
    pub(crate) fn new(engine: Engine<'a>) -> Self {
        Self { engine, found: Vec::new(), roots: Vec::new(), moved: None }
    }

    fn old(&mut self) -> &mut Side<'a> {
        &mut self.engine.old
    }

    fn new_side(&mut self) -> &mut Side<'a> {
        &mut self.engine.new
    }

    /// A member of both nodes, each followed through references.
    fn member(&mut self, both: Both, key: &str) -> (Option<NodeId>, Option<NodeId>) {
        (child(&mut self.engine.old, both.old, key), child(&mut self.engine.new, both.new, key))
    }

    fn push(&mut self, context: &Context, spot: &(impl Display + ?Sized), change: Change) {
        self.found.push(Reached { change, operations: vec![context.label.clone()], spot: spot.to_string() });
    }

    /// Notes a change of a member of two nodes.
    fn say(
        &mut self,
        context: &Context,
        spot: &(impl Display + ?Sized),
        rule: &'static Rule,
        both: Both,
        key: &str,
        values: (&str, &str),
    ) {
        let place = |node: NodeId, side: &Side<'_>| {
            if side.value(node).get(key).is_some() { At::key(node, key) } else { At::node(node) }
        };
        let change = Change::new(rule, context.direction)
            .at(Some(place(both.old, &self.engine.old)), Some(place(both.new, &self.engine.new)))
            .about(format!("`{key}`"))
            .values(values.0, values.1);
        self.push(context, spot, change);
    }

    /// Hands two schemas to the relation engine.
    fn schemas(
        &mut self,
        context: &Context,
        spot: &Spot,
        pair: (Option<NodeId>, Option<NodeId>),
        both: Both,
        mode: Mode,
    ) {
        if let Some(pair) = self.engine.schemas(pair.0, pair.1, (both.old, both.new), mode) {
            self.roots.push(Root { operation: context.label.clone(), spot: spot.clone(), pair });
        }
    }
}

/// A member of a node, followed through references.
pub(crate) fn child(side: &mut Side<'_>, node: NodeId, key: &str) -> Option<NodeId> {
    let found = side.get(node, key)?;
    Some(side.resolved(found))
}
