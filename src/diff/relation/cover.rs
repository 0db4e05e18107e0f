//! Whether other variants take what a variant took: one of them, or several together.
//!
//! Several cover a variant when it falls into parts, each of which one of them takes: its values, its types, the
//! stretches of a range, or the values of one property. Whatever else differs between the variant and one of the
//! others rules that other out.

use std::collections::BTreeSet;

use serde_json::Value;

use super::unions::Matching;
use super::{ConjId, Engine, Mode, PairId, Summary, scalars};
use crate::diff::effective::{Effective, effective};
use crate::diff::law::{Direction, Effect};
use crate::diff::rule::Aspect;
use crate::diff::types::{Range, TypeSet, value_key};
use crate::diff::witness::Half;

/// Most variants among which one is looked for that takes another's payloads.
const MAX_COVERING: usize = 256;
/// Most variants that may cover another together.
const MAX_TOGETHER: usize = 32;
/// Most values that are tried one by one.
const MAX_VALUES: usize = 1_024;

/// The only respect in which another variant takes less.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Respect<'a> {
    Types,
    Range,
    Length,
    Items,
    Properties,
    /// The values, or the presence, of one property.
    Property(&'a str),
}

/// Whose payloads are to be taken: those of a variant of the old document or of the new one, and how they travel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    pub(super) mode: Mode,
    pub(super) of_old: bool,
}

impl Ask {
    /// What breaks in the direction of the pairs.
    pub(super) fn of(mode: Mode) -> Self {
        Self { mode, of_old: mode.direction == Direction::Request }
    }

    /// The other side's payloads instead: what came where something was asked to be gone.
    pub(super) fn reversed(self) -> Self {
        Self { of_old: !self.of_old, ..self }
    }

    fn polarity(self) -> Direction {
        if self.of_old { Direction::Request } else { Direction::Response }
    }
}

/// What becomes of the payloads of a variant on the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cover {
    /// One of the others takes them, and declares what they hold; or several do together.
    Declared,
    /// One of the others lets them through, but only because it is open.
    Open,
    /// They are not taken, as far as is known.
    Missing,
}

/// How a variant fares against one of the others.
enum Fit<'a> {
    Taken,
    But(Respect<'a>),
    Unlike,
}

impl Matching<'_> {
    /// Whether other variants might take the payloads of a pair, judged from afar.
    pub(super) fn may_be_covered(&self, index: usize, at: usize, direction: Direction) -> bool {
        let (own, others) = match direction {
            Direction::Request => (&self.old[index].1, &self.new),
            Direction::Response => (&self.new[at].1, &self.old),
        };
        let but = if direction == Direction::Request { at } else { index };
        !self.tagged
            && others.len() <= MAX_COVERING
            && others
                .iter()
                .enumerate()
                .any(|(other, (_, sketch))| other != but && own.types.has(sketch.types) && own.declared_by(sketch))
    }
}

impl<'a> Engine<'a> {
    /// Whether the payloads of a variant are taken by the other side: those of an old variant by the new
    /// ones, those of a new variant by the old ones. Judged without the variant `but`, and then by
    /// all together. One other is judged as many are.
    pub(super) fn cover(&mut self, matching: &Matching<'a>, own: usize, ask: Ask, but: Option<usize>) -> Cover {
        let request = ask.of_old;
        let (mine, others) = if request { (&matching.old, &matching.new) } else { (&matching.new, &matching.old) };
        let (variant, sketch) = &mine[own];
        if matching.tagged || others.len() > MAX_COVERING {
            return Cover::Missing;
        }
        let takes = |engine: &mut Self, declared: bool| {
            others.iter().enumerate().any(|(at, (other, like))| {
                Some(at) != but && sketch.types.within(like.types) && sketch.declared_by(like) == declared && {
                    let (_, summary) = engine.directed(variant.conj, other.conj, ask);
                    !summary.breaks(ask.polarity()) && !summary.unknown
                }
            })
        };
        if takes(self, true) {
            return Cover::Declared;
        }
        let near: Vec<ConjId> = others
            .iter()
            .filter(|(_, like)| sketch.types.has(like.types) && sketch.declared_by(like))
            .map(|(other, _)| other.conj)
            .collect();
        let few = others.len() <= MAX_TOGETHER && near.len() > 1;
        match () {
            () if few && self.covered_together(variant.conj, &near, ask) => Cover::Declared,
            () if takes(self, false) => Cover::Open,
            () => Cover::Missing,
        }
    }

    /// The relation of a variant to one of the other side, whichever side it is on.
    fn directed(&mut self, own: ConjId, other: ConjId, ask: Ask) -> (PairId, Summary) {
        match ask.of_old {
            true => self.relation(own, other, ask.mode),
            false => self.relation(other, own, ask.mode),
        }
    }

    fn covered_together(&mut self, own: ConjId, others: &[ConjId], ask: Ask) -> bool {
        let request = ask.of_old;
        let whole = self.merged(own, request);
        let mut respect = None;
        let mut fitting = Vec::new();
        for other in others {
            let (pair, _) = self.directed(own, *other, ask);
            let merged = self.merged(*other, !request);
            match self.fit(pair, (&whole, &merged), ask) {
                Fit::Taken => return true,
                Fit::Unlike => {}
                Fit::But(found) => {
                    if *respect.get_or_insert_with(|| found.clone()) == found {
                        fitting.push(merged);
                    }
                }
            }
        }
        match respect {
            None => false,
            Some(Respect::Types) => {
                let taken = fitting.iter().fold(TypeSet::NOTHING, |types, part| types.or(part.types));
                whole.types.within(taken)
            }
            Some(Respect::Range) => {
                let integer = !whole.types.has(TypeSet::FRACTION);
                let range = |side: &Effective<'_>| scalars::numbers_of(side).all;
                fills(range(&whole), fitting.iter().map(range).collect(), integer)
            }
            Some(Respect::Length) => fills(whole.length, fitting.iter().map(|part| part.length).collect(), true),
            Some(Respect::Items) => fills(whole.item_count, fitting.iter().map(|part| part.item_count).collect(), true),
            Some(Respect::Properties) => {
                fills(whole.property_count, fitting.iter().map(|part| part.property_count).collect(), true)
            }
            Some(Respect::Property(name)) => self.covered_by_property(&whole, &fitting, name, ask),
        }
    }

    /// Whether the others take every value of a property together, and its absence.
    fn covered_by_property(
        &mut self,
        whole: &Effective<'a>,
        others: &[Effective<'a>],
        name: &'a str,
        ask: Ask,
    ) -> bool {
        let request = ask.of_old;
        let Some(nodes) = whole.properties.get(name) else { return false };
        let Some(anchor) = nodes.first().copied() else { return false };
        let (side, conjs) =
            if request { (&mut self.old, &mut self.old_conjs) } else { (&mut self.new, &mut self.new_conjs) };
        let conj = conjs.of(side, nodes, anchor);
        let nullable = conjs.get(conj).nullable;
        let Some(values) = self.values_of(conj, request) else { return false };
        let null = Value::Null;
        let values = values.into_iter().chain(nullable.then_some(&null));
        let absence = whole.required.contains(name) || others.iter().any(|other| !other.required.contains(name));
        let (side, conjs) =
            if request { (&mut self.new, &mut self.new_conjs) } else { (&mut self.old, &mut self.old_conjs) };
        let mut half = Half { side, conjs };
        let mut taken = |value: &Value| {
            others.iter().any(|other| {
                let Some(nodes) = other.properties.get(name) else { return true };
                let Some(anchor) = nodes.first().copied() else { return true };
                let conj = half.conjs.of(half.side, nodes, anchor);
                let conj = half.conjs.get(conj).clone();
                half.accepts(&conj, value, ask.mode.direction) == Some(true)
            })
        };
        absence && values.into_iter().all(&mut taken)
    }

    /// In which respect alone the other variant takes less.
    fn fit(&mut self, pair: PairId, (own, other): (&Effective<'a>, &Effective<'a>), ask: Ask) -> Fit<'a> {
        let breaks = |effect: Effect| match effect {
            Effect::None => false,
            Effect::Narrows => ask.of_old,
            Effect::Widens => !ask.of_old,
            Effect::Incomparable | Effect::Violation | Effect::Unknown => true,
        };
        let mut found: Vec<Respect<'a>> = Vec::new();
        let inner = &self.pairs[pair.0 as usize];
        for change in inner.changes.iter().filter(|change| breaks(change.effect())) {
            let own_name = || own.properties.keys().find(|known| Some(**known) == change.name()).copied();
            let respect = match change.rule.aspect {
                Some(Aspect::Type) => Respect::Types,
                Some(Aspect::Range) => Respect::Range,
                Some(Aspect::Length) => Respect::Length,
                Some(Aspect::ItemCount) => Respect::Items,
                Some(Aspect::PropertyCount) => Respect::Properties,
                Some(Aspect::Presence) => match own_name() {
                    Some(name) => Respect::Property(name),
                    None => return Fit::Unlike,
                },
                _ => return Fit::Unlike,
            };
            found.push(respect);
        }
        let children = inner.children.clone();
        for child in children {
            let summary = self.summary(child);
            if !summary.breaks(ask.polarity()) && !summary.unknown {
                continue;
            }
            match self.property_of(child, (own, other), ask) {
                Some(name) => found.push(Respect::Property(name)),
                None => return Fit::Unlike,
            }
        }
        let mut found = found.into_iter();
        match found.next() {
            None => Fit::Taken,
            Some(first) if found.all(|next| next == first) => Fit::But(first),
            Some(_) => Fit::Unlike,
        }
    }

    /// The one property whose schemas are the pair.
    fn property_of(
        &mut self,
        pair: PairId,
        (own, other): (&Effective<'a>, &Effective<'a>),
        ask: Ask,
    ) -> Option<&'a str> {
        let request = ask.of_old;
        let mut found = None;
        for (name, nodes) in &own.properties {
            let Some(others) = other.properties.get(name) else { continue };
            let (old, new) = if request { (nodes, others) } else { (others, nodes) };
            let anchors = (old.first().copied()?, new.first().copied()?);
            let mode = self.part_mode(ask.mode, Some(name), old, new);
            if self.pair_of(old, new, anchors, mode) == Some(pair) && found.replace(*name).is_some() {
                return None;
            }
        }
        let elsewhere = !own.items.is_empty() && !other.items.is_empty();
        found.filter(|_| !elsewhere)
    }

    pub(super) fn merged(&mut self, conj: ConjId, of_old: bool) -> Effective<'a> {
        if of_old {
            effective(&mut self.old, self.old_conjs.get(conj))
        } else {
            effective(&mut self.new, self.new_conjs.get(conj))
        }
    }

    /// The values of a schema that has but a few; null is apart.
    pub(super) fn values_of(&mut self, conj: ConjId, of_old: bool) -> Option<Vec<&'a Value>> {
        let merged = self.merged(conj, of_old);
        if !merged.unions.is_empty() {
            return None;
        }
        let values = merged.values.clone().or_else(|| super::values::implied_values(&merged))?;
        let values: Vec<&Value> = values.into_iter().filter(|value| merged.admits(value)).collect();
        (values.len() <= MAX_VALUES).then_some(values)
    }

    /// The values of a variant that the whole of the other side refuses; none when it has too many to try.
    pub(super) fn refused_values(
        &mut self,
        own: ConjId,
        (old, new): (ConjId, ConjId),
        ask: Ask,
    ) -> Option<Vec<&'a Value>> {
        let request = ask.of_old;
        let values = self.values_of(own, request)?;
        let (side, conjs, whole) =
            if request { (&mut self.new, &mut self.new_conjs, new) } else { (&mut self.old, &mut self.old_conjs, old) };
        let mut half = Half { side, conjs };
        let whole = half.conjs.get(whole).clone();
        let mut seen = BTreeSet::new();
        let mut refused = Vec::new();
        for value in values {
            match half.accepts(&whole, value, ask.mode.direction) {
                Some(true) => {}
                Some(false) if seen.insert(value_key(value)) => refused.push(value),
                Some(false) => {}
                None => return None,
            }
        }
        Some(refused)
    }
}

/// Whether ranges fill a range together.
fn fills(whole: Range, mut parts: Vec<Range>, integer: bool) -> bool {
    parts.sort_by(|one, two| one.low.total_cmp(&two.low).then(one.low_open.cmp(&two.low_open)));
    let whole = if integer { whole.whole() } else { whole };
    let (mut at, mut open) = (whole.low, whole.low_open);
    let done =
        |at: f64, open: bool| at > whole.high || at == whole.high && (open || whole.high_open || at.is_infinite());
    for part in parts {
        let part = if integer { part.whole() } else { part };
        let starts = part.low < at || part.low == at && (!part.low_open || open);
        if !starts {
            break;
        }
        if integer {
            at = at.max(part.high + 1.0);
        } else if part.high > at || part.high == at && !part.high_open {
            // `open`: the point itself is taken already.
            (at, open) = (part.high, !part.high_open);
        }
    }
    done(at, open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_fill_a_range_when_nothing_is_left_between_them() {
        let range = Range::between;
        assert!(fills(range(0.0, 100.0), vec![range(51.0, 100.0), range(0.0, 50.0)], true));
        assert!(!fills(range(0.0, 100.0), vec![range(51.0, 100.0), range(0.0, 50.0)], false));
        assert!(fills(range(0.0, 100.0), vec![range(50.0, 100.0), range(0.0, 50.0)], false));
        let open = Range { high_open: true, ..range(0.0, 50.0) };
        assert!(fills(range(0.0, 100.0), vec![open, range(50.0, 100.0)], false));
        let above = Range { low_open: true, ..range(50.0, 100.0) };
        assert!(!fills(range(0.0, 100.0), vec![open, above], false));
        assert!(fills(
            Range::EVERYTHING,
            vec![Range { high: 0.0, ..Range::EVERYTHING }, Range { low: 1.0, ..Range::EVERYTHING }],
            true
        ));
    }
}
