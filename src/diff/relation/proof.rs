//! Which schemas a payload has to be held against to prove a change.

use serde_json::Value;

use super::{ConjId, Engine, Pair, PairId};
use crate::diff::arena::Side;
use crate::diff::effective::Conjs;
use crate::diff::law::Direction;
use crate::diff::witness::{self, Half, Surroundings, Whole, Wish};

/// What is needed to look for payloads, once the comparison is done.
pub(crate) struct Prover<'e, 'a> {
    old: &'e mut Side<'a>,
    new: &'e mut Side<'a>,
    old_conjs: &'e mut Conjs,
    new_conjs: &'e mut Conjs,
    pairs: &'e [Pair],
}

/// Both sides once more, for a second prover.
#[derive(Debug)]
pub(crate) struct Spare<'a> {
    old: Side<'a>,
    new: Side<'a>,
    old_conjs: Conjs,
    new_conjs: Conjs,
}

impl<'a> Engine<'a> {
    /// Both sides as they are now.
    pub(crate) fn spare(&self) -> Spare<'a> {
        Spare {
            old: self.old.clone(),
            new: self.new.clone(),
            old_conjs: self.old_conjs.clone(),
            new_conjs: self.new_conjs.clone(),
        }
    }

    /// A prover, and another one that works on `spare`.
    pub(crate) fn provers<'e>(
        &'e mut self,
        spare: Option<&'e mut Spare<'a>>,
    ) -> (Prover<'e, 'a>, Option<Prover<'e, 'a>>) {
        let pairs = &self.pairs;
        let second =
            spare.map(|Spare { old, new, old_conjs, new_conjs }| Prover { old, new, old_conjs, new_conjs, pairs });
        let (old_conjs, new_conjs) = (&mut self.old_conjs, &mut self.new_conjs);
        (Prover { old: &mut self.old, new: &mut self.new, old_conjs, new_conjs, pairs }, second)
    }
}

impl Prover<'_, '_> {
    /// Looks for a payload that shows the break of a change of a pair. A pair of variants is held against the unions
    /// as well: what another variant takes shows nothing.
    pub(crate) fn witness(&mut self, pair: PairId, wish: &Wish<'_>) -> Option<Value> {
        let chains = self.unions_above(pair);
        let mode = self.pairs[pair.0 as usize].mode;
        chains.into_iter().find_map(|chain| {
            let conjs: Vec<(ConjId, ConjId)> = std::iter::once(pair)
                .chain(chain)
                .map(|id| (self.pairs[id.0 as usize].old, self.pairs[id.0 as usize].new))
                .collect();
            let mut one = Half { side: self.old, conjs: self.old_conjs };
            let mut two = Half { side: self.new, conjs: self.new_conjs };
            witness::find((&mut one, &mut two), &conjs, mode, wish)
        })
    }

    /// The payload of a pair with what an operation needs around it, whose schemas are the pair `root`.
    pub(crate) fn whole(
        &mut self,
        root: PairId,
        pair: PairId,
        payload: &Value,
        surroundings: &mut Surroundings,
    ) -> Option<Whole> {
        let (outer, inner) = (&self.pairs[root.0 as usize], &self.pairs[pair.0 as usize]);
        let direction = inner.mode.direction;
        let mut old = Half { side: self.old, conjs: self.old_conjs };
        let mut new = Half { side: self.new, conjs: self.new_conjs };
        match direction {
            Direction::Request => {
                let (root, inner) = ((outer.old, outer.new), inner.old);
                witness::wrapped((&mut old, &mut new), root, inner, payload, direction, surroundings)
            }
            Direction::Response => {
                let (root, inner) = ((outer.new, outer.old), inner.new);
                witness::wrapped((&mut new, &mut old), root, inner, payload, direction, surroundings)
            }
        }
    }

    /// What holds the schema of a request, if that is written there: for a parameter, the parameter.
    pub(crate) fn parameter(&self, root: PairId) -> Option<&Value> {
        let node = *self.old_conjs.written(self.pairs[root.0 as usize].old)?.first()?;
        Some(self.old.value(self.old.parent(node)))
    }

    /// The unions at the place of a pair, from the inside out, for each way in which it is reached.
    fn unions_above(&self, pair: PairId) -> Vec<Vec<PairId>> {
        const MOST: usize = 4;
        let mut done = Vec::new();
        let mut work = vec![vec![pair]];
        while let Some(chain) = work.pop() {
            let Some(last) = chain.last().map(|id| &self.pairs[id.0 as usize]) else { continue };
            if last.plain || last.unions.is_empty() {
                done.push(chain.iter().skip(1).copied().collect());
            }
            let above = last.unions.iter().rev().filter(|union| !chain.contains(union)).take(MOST);
            work.extend(above.map(|union| [chain.as_slice(), &[*union]].concat()));
            if done.len() >= MOST || work.len() > 64 {
                break;
            }
        }
        done
    }
}
