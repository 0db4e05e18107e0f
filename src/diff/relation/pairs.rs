//! Pairs of schemas: each compared once, however often it is reached, and what lies below it summed up.

use std::collections::HashSet;

use super::forms::FormId;
use super::{Engine, Sides};
use crate::diff::arena::NodeId;
use crate::diff::change::Change;
use crate::diff::effective::ConjId;
use crate::diff::law::{Direction, Effect};

/// Most steps that are spent on summing up what lies below pairs.
const MAX_VISITS: usize = 20_000_000;

/// How a value is sent, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Mode {
    pub(crate) direction: Direction,
    /// Whether values are written as text, so that a string takes every scalar: parameters, headers, forms.
    pub(crate) textual: bool,
    /// Whether the body is XML, so that names of elements are bytes on the wire.
    pub(crate) xml: bool,
    /// Whether it is a segment of a path, which is never empty.
    pub(crate) segment: bool,
    /// The form whose parts are the properties.
    pub(crate) form: Option<FormId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PairId(pub(crate) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    New,
    Open,
    Done,
}

#[derive(Debug)]
pub(crate) struct Pair {
    pub(super) old: ConjId,
    pub(super) new: ConjId,
    pub(super) mode: Mode,
    pub(super) state: State,
    pub(crate) changes: Vec<Change>,
    pub(crate) children: Vec<PairId>,
    pub(super) summary: Option<Summary>,
    /// The pairs of unions of which this is a pair of variants.
    pub(super) unions: Vec<PairId>,
    /// Whether it is reached otherwise than as a pair of variants.
    pub(super) plain: bool,
}

/// What all changes at and below a pair come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) narrows: bool,
    pub(crate) widens: bool,
    pub(crate) unknown: bool,
}

impl Summary {
    pub(super) fn add(&mut self, effect: Effect) {
        match effect {
            Effect::None => {}
            Effect::Narrows => self.narrows = true,
            Effect::Widens => self.widens = true,
            Effect::Incomparable | Effect::Violation => {
                self.narrows = true;
                self.widens = true;
            }
            Effect::Unknown => self.unknown = true,
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.narrows |= other.narrows;
        self.widens |= other.widens;
        self.unknown |= other.unknown;
    }

    pub(crate) fn breaks(self, direction: Direction) -> bool {
        match direction {
            Direction::Request => self.narrows,
            Direction::Response => self.widens,
        }
    }

    pub(crate) fn equal(self) -> bool {
        self == Self::default()
    }
}

impl<'a> Engine<'a> {
    pub(super) fn pair_of(
        &mut self,
        old: &[NodeId],
        new: &[NodeId],
        anchors: (NodeId, NodeId),
        mode: Mode,
    ) -> Option<PairId> {
        if old.is_empty() && new.is_empty() {
            return None;
        }
        let old = self.old_conjs.of(&mut self.old, old, anchors.0);
        let new = self.new_conjs.of(&mut self.new, new, anchors.1);
        Some(self.intern(old, new, mode))
    }

    pub(super) fn intern(&mut self, old: ConjId, new: ConjId, mode: Mode) -> PairId {
        if let Some(known) = self.ids.get(&(old, new, mode)) {
            return *known;
        }
        let id = PairId(u32::try_from(self.pairs.len()).unwrap_or(u32::MAX));
        let (changes, children) = (Vec::new(), Vec::new());
        self.pairs.push(Pair {
            old,
            new,
            mode,
            state: State::New,
            changes,
            children,
            summary: None,
            unions: Vec::new(),
            plain: false,
        });
        self.ids.insert((old, new, mode), id);
        id
    }

    pub(super) fn link(&mut self, sides: &Sides<'a>, old: &[NodeId], new: &[NodeId], mode: Mode) {
        let anchors = (self.anchor_old(sides), self.anchor_new(sides));
        if let Some(child) = self.pair_of(old, new, anchors, mode) {
            self.pairs[child.0 as usize].plain = true;
            self.adopt(sides.pair, child);
        }
    }

    /// Adds a pair of variants to a pair of unions. Where a tag selects the variant, no other can take its place.
    pub(super) fn adopt_variant(&mut self, union: PairId, pair: PairId, tagged: bool) {
        if tagged {
            self.pairs[pair.0 as usize].plain = true;
        } else if union != pair {
            self.pairs[pair.0 as usize].unions.push(union);
        }
        self.adopt(union, pair);
    }

    pub(super) fn adopt(&mut self, parent: PairId, child: PairId) {
        let children = &mut self.pairs[parent.0 as usize].children;
        if parent != child && (children.len() > 64 || !children.contains(&child)) {
            children.push(child);
        }
    }

    /// What the changes at and below a pair come to; pairs that are still open count as equal.
    pub(super) fn summary(&mut self, root: PairId) -> Summary {
        let mut total = Summary::default();
        let mut final_result = true;
        let mut seen = HashSet::from([root]);
        let mut work = vec![root];
        while let Some(id) = work.pop() {
            let pair = &self.pairs[id.0 as usize];
            if let Some(known) = pair.summary {
                total.join(known);
                continue;
            }
            self.visits += 1;
            if self.visits > MAX_VISITS {
                // Whoever asks cannot rely on anything; what is paired is still compared and reported.
                return Summary { unknown: true, ..total };
            }
            if pair.state != State::Done {
                final_result = false;
                continue;
            }
            for change in &pair.changes {
                total.add(change.effect());
            }
            work.extend(pair.children.iter().filter(|child| seen.insert(**child)));
        }
        if final_result {
            self.pairs[root.0 as usize].summary = Some(total);
        }
        total
    }
}
