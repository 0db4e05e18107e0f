//! `not`: the set outside of a schema turns the relation round.

use super::cover::Ask;
use super::{Engine, MAX_UNION_DEPTH, Sides};
use crate::diff::arena::NodeId;
use crate::diff::rules;
use crate::diff::types::shortened;

/// Most schemas under `not` that are held against each other.
const MAX_NEGATIONS: usize = 16;

/// Whether a schema under `not` refuses what was not refused already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refuses {
    Nothing,
    More,
    Perhaps,
}

impl<'a> Engine<'a> {
    /// Compares what is refused by `not`: each schema under one against all that the other side refuses.
    pub(super) fn compare_negations(&mut self, sides: &Sides<'a>) {
        let (old, new) = (&sides.old.negations, &sides.new.negations);
        if old.is_empty() && new.is_empty() {
            return;
        }
        let texts = (self.negation_text(old, true), self.negation_text(new, false));
        let large = old.len().max(new.len()) > MAX_NEGATIONS || self.depth >= MAX_UNION_DEPTH;
        let (more, less) = if large {
            let same = texts.0 == texts.1;
            let verdict = if same { Refuses::Nothing } else { Refuses::Perhaps };
            (verdict, verdict)
        } else {
            self.depth += 1;
            let more = self.refused_besides(sides, new, old, false);
            let less = self.refused_besides(sides, old, new, true);
            self.depth -= 1;
            (more, less)
        };
        let rule = match (more, less) {
            (Refuses::Nothing, Refuses::Nothing) => return,
            (Refuses::More, _) if old.is_empty() => &rules::negation_added::RULE,
            (_, Refuses::More) if new.is_empty() => &rules::negation_removed::RULE,
            (Refuses::More, Refuses::Nothing) => &rules::negation_excludes_more::RULE,
            (Refuses::Nothing, Refuses::More) => &rules::negation_excludes_less::RULE,
            (Refuses::More, Refuses::More) => &rules::negation_replaced::RULE,
            _ => &rules::negation_changed::RULE,
        };
        self.say(sides, rule, "not", texts.0, texts.1);
    }

    fn negation_text(&self, nodes: &[NodeId], of_old: bool) -> String {
        let side = if of_old { &self.old } else { &self.new };
        let texts: Vec<String> = nodes.iter().map(|node| side.value(*node).to_string()).collect();
        if texts.is_empty() { "no `not`".to_owned() } else { shortened(&texts.join(" and ")) }
    }

    /// Whether some of `own` refuse what neither `others` nor the rest of the other side refuses.
    fn refused_besides(&mut self, sides: &Sides<'a>, own: &[NodeId], others: &[NodeId], of_old: bool) -> Refuses {
        let mut found = Refuses::Nothing;
        for node in own {
            match self.refuses_more(sides, *node, others, of_old) {
                Refuses::Nothing => {}
                Refuses::More => return Refuses::More,
                Refuses::Perhaps => found = Refuses::Perhaps,
            }
        }
        found
    }

    fn refuses_more(&mut self, sides: &Sides<'a>, own: NodeId, others: &[NodeId], of_old: bool) -> Refuses {
        let mut doubt = false;
        for other in others {
            let (one, two) = if of_old { (own, *other) } else { (*other, own) };
            let Some(pair) = self.pair_of(&[one], &[two], (one, two), sides.mode) else { continue };
            self.ensure(pair);
            let inner = self.summary(pair);
            let escapes = if of_old { inner.narrows } else { inner.widens };
            if !escapes && !inner.unknown {
                return Refuses::Nothing;
            }
            doubt |= inner.unknown && !escapes;
        }
        if self.is_refused_anyway(sides, own, of_old) {
            Refuses::Nothing
        } else if doubt {
            Refuses::Perhaps
        } else {
            Refuses::More
        }
    }

    /// Whether the other side takes nothing of a schema under `not`: its types, or none of its few values.
    fn is_refused_anyway(&mut self, sides: &Sides<'a>, own: NodeId, of_old: bool) -> bool {
        let (side, conjs) =
            if of_old { (&mut self.old, &mut self.old_conjs) } else { (&mut self.new, &mut self.new_conjs) };
        let conj = conjs.of(side, &[own], own);
        let merged = self.merged(conj, of_old);
        let other = if of_old { &sides.new } else { &sides.old };
        let null = merged.nullable && other.nullable;
        if !sides.mode.textual && !null && !merged.types.has(other.types) {
            return true;
        }
        let Some(values) = self.values_of(conj, of_old) else { return false };
        let pair = &self.pairs[sides.pair.0 as usize];
        let ask = Ask { mode: sides.mode, of_old };
        let refused = self.refused_values(conj, (pair.old, pair.new), ask);
        !null && refused.is_some_and(|refused| refused.len() == values.len())
    }
}
