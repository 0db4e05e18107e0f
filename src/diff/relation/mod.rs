//! The relation engine: one memoised comparison per (old, new, mode), references as edges, cycles assumed equal.
//!
//! A comparison of a pair notes its own changes and the pairs below it. Pairs below are worked off from a list, so
//! recursion in the documents is no recursion here; only unions ask for the result of a pair before they go on.
//! What is found here is turned into findings by `report`; nothing here knows operations.

mod arrays;
mod cover;
mod discriminators;
mod equality;
mod forms;
mod keywords;
mod languages;
mod likeness;
mod multiples;
mod negations;
mod objects;
mod overlaps;
mod pairs;
mod patterns;
mod proof;
mod scalars;
mod unions;
mod values;

pub(crate) use forms::{Form, FormId, Writing};
pub(crate) use pairs::{Mode, Pair, PairId, Summary};
pub(crate) use patterns::{only_in, samples};
pub(crate) use proof::Prover;

use std::collections::HashMap;

use jiff::civil::Date;

use super::arena::{NodeId, Side};
use super::change::{At, Change};
use super::effective::{ConjId, Conjs, Effective, Part, effective};
use super::rule::Rule;
use pairs::State;

/// Most pairs that are compared; beyond it the rest is reported as undecided.
const MAX_PAIRS: usize = 4_000_000;
/// Deepest nesting of unions within unions.
const MAX_UNION_DEPTH: usize = 60;

/// The comparison of two documents' schemas.
#[derive(Debug)]
pub(crate) struct Engine<'a> {
    pub(crate) old: Side<'a>,
    pub(crate) new: Side<'a>,
    old_conjs: Conjs,
    new_conjs: Conjs,
    pub(crate) pairs: Vec<Pair>,
    ids: HashMap<(ConjId, ConjId, Mode), PairId>,
    equal_values: equality::Known,
    patterns: patterns::Patterns,
    forms: forms::Forms,
    depth: usize,
    visits: usize,
    pub(crate) exhausted: bool,
    /// Today, against which sunset dates are held.
    pub(crate) today: Date,
}

/// Both sides of a pair while it is compared.
pub(crate) struct Sides<'a> {
    pub(crate) pair: PairId,
    pub(crate) mode: Mode,
    pub(crate) old: Effective<'a>,
    pub(crate) new: Effective<'a>,
}

impl<'a> Engine<'a> {
    pub(crate) fn new(old: Side<'a>, new: Side<'a>, today: Date) -> Self {
        Self {
            old,
            new,
            old_conjs: Conjs::default(),
            new_conjs: Conjs::default(),
            pairs: Vec::new(),
            ids: HashMap::new(),
            equal_values: equality::Known::default(),
            patterns: patterns::Patterns::default(),
            forms: forms::Forms::default(),
            depth: 0,
            visits: 0,
            exhausted: false,
            today,
        }
    }

    /// Compares two schemas; an absent one allows everything and is anchored at its holder.
    pub(crate) fn schemas(
        &mut self,
        old: Option<NodeId>,
        new: Option<NodeId>,
        anchors: (NodeId, NodeId),
        mode: Mode,
    ) -> Option<PairId> {
        let seeds = |node: Option<NodeId>| node.into_iter().collect::<Vec<_>>();
        let pair = self.pair_of(&seeds(old), &seeds(new), anchors, mode)?;
        self.pairs[pair.0 as usize].plain = true;
        self.ensure(pair);
        Some(pair)
    }

    /// Compares a pair and everything below it, unless that has been done.
    pub(crate) fn ensure(&mut self, root: PairId) {
        let mut work = vec![root];
        while let Some(id) = work.pop() {
            let pair = &mut self.pairs[id.0 as usize];
            if pair.state != State::New {
                continue;
            }
            pair.state = State::Open;
            self.compare(id);
            let pair = &mut self.pairs[id.0 as usize];
            pair.state = State::Done;
            work.extend(pair.children.iter().rev());
        }
    }

    fn compare(&mut self, id: PairId) {
        let (old, new, mode) = {
            let pair = &self.pairs[id.0 as usize];
            (pair.old, pair.new, pair.mode)
        };
        if self.pairs.len() > MAX_PAIRS {
            self.exhausted = true;
            return;
        }
        let sides = Sides {
            pair: id,
            mode,
            old: effective(&mut self.old, self.old_conjs.get(old)),
            new: effective(&mut self.new, self.new_conjs.get(new)),
        };
        let mut sides = sides;
        match (&sides.old.values, &sides.new.values) {
            (Some(_), None) => sides.new.values = values::implied_values(&sides.new),
            (None, Some(_)) => sides.old.values = values::implied_values(&sides.old),
            _ => {}
        }
        self.compare_annotations(&sides);
        self.compare_null(&sides);
        if sides.old.unions.is_empty() && sides.new.unions.is_empty() {
            self.compare_plain(&sides);
        } else {
            self.compare_unions(&sides, old, new);
        }
    }

    fn compare_plain(&mut self, sides: &Sides<'a>) {
        let common = self.compare_types(sides);
        self.compare_declared(sides);
        let disjoint = common.is_empty() && !sides.mode.textual;
        let finite = !disjoint && self.compare_values(sides);
        if !finite {
            self.compare_scalars(sides, common);
        }
        self.compare_arrays(sides, common);
        self.compare_objects(sides, common);
        self.compare_negations(sides);
        self.compare_discriminators(sides);
        self.compare_foreign(sides);
    }

    /// Adds the pair of two lists of schemas that hold at once to the pairs below `sides`.
    fn child(&mut self, sides: &Sides<'a>, old: &[NodeId], new: &[NodeId], mode: Mode) {
        if let ([one], [two]) = (old, new) {
            let mut found = Vec::new();
            if self.same(*one, *two, &mut found) {
                for (one, two) in found {
                    self.link(sides, &[one], &[two], mode);
                }
                return;
            }
        }
        self.link(sides, old, new, mode);
    }

    /// The first part of a side that has the keyword, or else its first part.
    fn find(side: &Side<'a>, parts: &[Part], anchor: Option<NodeId>, keyword: &str) -> Option<At> {
        let holder = parts.iter().find(|part| side.value(part.node).get(keyword).is_some());
        match holder {
            Some(part) => Some(At::key(part.node, keyword)),
            None => parts.first().map(|part| part.node).or(anchor).map(At::node),
        }
    }

    pub(crate) fn old_at(&self, sides: &Sides<'a>, keyword: &str) -> Option<At> {
        let conj = self.old_conjs.get(self.pairs[sides.pair.0 as usize].old);
        Self::find(&self.old, &conj.parts, conj.anchor, keyword)
    }

    pub(crate) fn new_at(&self, sides: &Sides<'a>, keyword: &str) -> Option<At> {
        let conj = self.new_conjs.get(self.pairs[sides.pair.0 as usize].new);
        Self::find(&self.new, &conj.parts, conj.anchor, keyword)
    }

    fn anchor_old(&self, sides: &Sides<'a>) -> NodeId {
        self.old_at(sides, "").map_or(NodeId(0), |at| at.node)
    }

    fn anchor_new(&self, sides: &Sides<'a>) -> NodeId {
        self.new_at(sides, "").map_or(NodeId(0), |at| at.node)
    }

    /// Starts a change at a keyword of the pair.
    fn change(&self, sides: &Sides<'a>, rule: &'static Rule, keyword: &str) -> Change {
        Change::new(rule, sides.mode.direction).at(self.old_at(sides, keyword), self.new_at(sides, keyword))
    }

    fn note(&mut self, sides: &Sides<'a>, change: Change) {
        self.pairs[sides.pair.0 as usize].changes.push(change);
    }

    /// Notes a change of one keyword.
    fn say(
        &mut self,
        sides: &Sides<'a>,
        rule: &'static Rule,
        keyword: &str,
        before: impl Into<String>,
        after: impl Into<String>,
    ) {
        let change = self.change(sides, rule, keyword).about_one(keyword).values(before, after);
        self.note(sides, change);
    }

    /// What two schemas say; an absent one says nothing.
    pub(crate) fn merged_pair(&mut self, old: Option<NodeId>, new: Option<NodeId>) -> (Effective<'a>, Effective<'a>) {
        let mut merged = (Effective::default(), Effective::default());
        if let Some(node) = old {
            let conj = self.old_conjs.of(&mut self.old, &[node], node);
            merged.0 = effective(&mut self.old, self.old_conjs.get(conj));
        }
        if let Some(node) = new {
            let conj = self.new_conjs.of(&mut self.new, &[node], node);
            merged.1 = effective(&mut self.new, self.new_conjs.get(conj));
        }
        merged
    }
}
