//! `oneOf` and `anyOf`: compared as sets of variants.
//!
//! Every old request variant must be accepted by some new one, every new response variant must be known to some old
//! one. Variants are first paired by what identifies them (value of the discriminator, name of the component, equal
//! meaning); a pair that breaks is still no break if another variant takes all of its payloads.

use std::collections::HashMap;
use std::sync::Arc;

use super::cover::{Ask, Cover};
use super::likeness::{MAX_TRIES, pair_alike, pair_by_value};
use super::{ConjId, Engine, MAX_UNION_DEPTH, Mode, PairId, Sides, Summary};
use crate::diff::arena::Side;
use crate::diff::change::{At, Change};
use crate::diff::effective::{Effective, Outline, Variant, effective};
use crate::diff::law::{Direction, Effect, Guard};
use crate::diff::rule::Rule;
use crate::diff::rules;
use crate::diff::types::TypeSet;

/// Variants of both sides and how they are paired.
pub(super) struct Matching<'a> {
    pub(super) old: Vec<(Variant<'a>, Arc<Outline>)>,
    pub(super) new: Vec<(Variant<'a>, Arc<Outline>)>,
    /// For each old variant its new partner.
    pub(super) partners: Vec<Option<usize>>,
    pub(super) tagged: bool,
}

impl<'a> Matching<'a> {
    pub(super) fn free_new(&self) -> Vec<usize> {
        let mut taken = vec![false; self.new.len()];
        for at in self.partners.iter().flatten() {
            taken[*at] = true;
        }
        (0..self.new.len()).filter(|index| !taken[*index]).collect()
    }

    pub(super) fn free_old(&self) -> Vec<usize> {
        (0..self.old.len()).filter(|index| self.partners[*index].is_none()).collect()
    }
}

impl<'a> Engine<'a> {
    pub(super) fn compare_unions(&mut self, sides: &Sides<'a>, old: ConjId, new: ConjId) {
        if self.depth >= MAX_UNION_DEPTH {
            self.say(sides, &rules::too_complex::RULE, "oneOf", "not compared", "not compared");
            return;
        }
        if !self.compare_overlaps(sides, old, new) {
            self.compare_exclusiveness(sides);
        }
        self.compare_discriminators(sides);
        let one = variants_of(&mut self.old_conjs, &mut self.old, old, &sides.old);
        let two = variants_of(&mut self.new_conjs, &mut self.new, new, &sides.new);
        let (Some(one), Some(two)) = (one, two) else {
            let same = self.compare_unions_in_order(sides);
            self.compare_plain(sides);
            if !same {
                let keyword =
                    sides.new.unions.first().or(sides.old.unions.first()).map_or("oneOf", |union| union.keyword);
                self.say(sides, &rules::too_complex::RULE, keyword, "too many combinations", "too many combinations");
            }
            return;
        };
        self.depth += 1;
        let tagged = |list: &[(Variant<'_>, Arc<Outline>)]| list.iter().all(|(variant, _)| !variant.tags.is_empty());
        let by_tag =
            sides.old.discriminator.is_some() && sides.new.discriminator.is_some() && tagged(&one) && tagged(&two);
        let partners = vec![None; one.len()];
        let mut matching = Matching { old: one, new: two, partners, tagged: by_tag };
        self.pair_variants(sides, &mut matching);
        self.judge_pairs(sides, &matching, (old, new));
        self.judge_rest(sides, &matching, (old, new));
        self.depth -= 1;
    }

    /// Compares unions that are too many to be combined variant by variant, in their order: sound where they have as
    /// many variants as before. True when they read the same, so that nothing is left undecided.
    fn compare_unions_in_order(&mut self, sides: &Sides<'a>) -> bool {
        let list =
            |side: &Effective<'_>| -> Vec<_> { side.unions.iter().flat_map(|union| union.variants.clone()).collect() };
        let (one, two) = (list(&sides.old), list(&sides.new));
        if one.len() != two.len() {
            return false;
        }
        let same = one.iter().zip(&two).all(|(one, two)| self.old.value(*one) == self.new.value(*two));
        for (one, two) in one.iter().zip(&two) {
            self.child(sides, &[*one], &[*two], sides.mode);
        }
        same
    }

    /// Pairs the variants: by tag, by name, by equal meaning, and what is left by likeness.
    fn pair_variants(&mut self, sides: &Sides<'a>, matching: &mut Matching<'a>) {
        let moved = self.moved_tags(sides);
        let mut taken = vec![false; matching.new.len()];
        let names: HashMap<&str, usize> =
            matching.new.iter().enumerate().rev().filter_map(|(at, (other, _))| Some((other.name?, at))).collect();
        for (index, (variant, _)) in matching.old.iter().enumerate() {
            let named = variant.name.and_then(|name| names.get(name).copied()).filter(|at| !taken[*at]);
            let tagged =
                || {
                    matching.new.iter().enumerate().position(|(at, (other, _))| {
                        !taken[at] && variant.tags.iter().any(|tag| other.tags.contains(tag))
                    })
                };
            // Where a value selects another schema now, that is told; the schema itself may be what it was.
            let is_moved = variant.tags.iter().any(|tag| moved.iter().any(|known| known == tag));
            let found = match matching.tagged {
                true if is_moved && named.is_some() => named,
                true => tagged(),
                false => named,
            };
            if let Some(at) = found {
                taken[at] = true;
                matching.partners[index] = Some(at);
            }
        }
        if matching.tagged {
            return;
        }
        if pair_by_value(matching) {
            return;
        }
        self.pair_equals(matching, sides.mode);
        pair_alike(matching);
    }

    /// The values of the discriminator of which it was told that they select another schema.
    fn moved_tags(&self, sides: &Sides<'a>) -> Vec<String> {
        let changes = self.pairs[sides.pair.0 as usize].changes.iter();
        let moved = changes.filter(|change| change.rule.id == rules::discriminator_value_moved::RULE.id);
        moved.flat_map(|change| change.names.clone()).collect()
    }

    fn pair_equals(&mut self, matching: &mut Matching<'a>, mode: Mode) {
        let (old, new) = (matching.free_old(), matching.free_new());
        if old.len() == 1 && new.len() == 1 && matching.old.len() > 1 {
            // Nothing to choose from: likeness decides.
            return;
        }
        let mut alike: HashMap<(TypeSet, &[String]), Vec<usize>> = HashMap::new();
        for at in new {
            let sketch = &matching.new[at].1;
            alike.entry((sketch.types, sketch.names.as_slice())).or_default().push(at);
        }
        let mut found = Vec::new();
        let mut tries = 0;
        for index in old {
            let (variant, sketch) = &matching.old[index];
            let Some(candidates) = alike.get_mut(&(sketch.types, sketch.names.as_slice())) else { continue };
            let equal = candidates.iter().position(|at| {
                tries += 1;
                tries <= MAX_TRIES + matching.old.len()
                    && self.relation(variant.conj, matching.new[*at].0.conj, mode).1.equal()
            });
            if let Some(position) = equal {
                found.push((index, candidates.remove(position)));
            }
        }
        for (index, at) in found {
            matching.partners[index] = Some(at);
        }
    }

    /// The pair of two conjs and what its changes come to.
    pub(super) fn relation(&mut self, old: ConjId, new: ConjId, mode: Mode) -> (PairId, Summary) {
        let pair = self.intern(old, new, mode);
        self.ensure(pair);
        (pair, self.summary(pair))
    }

    fn judge_pairs(&mut self, sides: &Sides<'a>, matching: &Matching<'a>, whole: (ConjId, ConjId)) {
        for (index, partner) in matching.partners.iter().enumerate() {
            let Some(at) = *partner else { continue };
            let (one, two) = (matching.old[index].0.conj, matching.new[at].0.conj);
            if self.question(matching, (index, at), sides.mode).is_some_and(|ask| {
                let (pair, _) = self.relation(one, two, sides.mode);
                let (own, but) = if ask.of_old { (index, at) } else { (at, index) };
                self.judge_values(sides, matching, own, (whole, pair), ask)
                    || self.cover(matching, own, ask, Some(but)) == Cover::Declared
            }) {
                continue;
            }
            let pair = self.intern(one, two, sides.mode);
            self.adopt_variant(sides.pair, pair, matching.tagged);
        }
    }

    /// Whose payloads may be taken by other variants than their partner: of a pair that breaks those that are refused,
    /// or of one that does nothing but the opposite those that seem to have come. None where nobody else can take them.
    fn question(&mut self, matching: &Matching<'a>, (index, at): (usize, usize), mode: Mode) -> Option<Ask> {
        let compound = TypeSet::ARRAY.or(TypeSet::OBJECT);
        let scalar = !matching.old[index].1.types.has(compound) && !matching.new[at].1.types.has(compound);
        let loses = matching.may_be_covered(index, at, mode.direction);
        let gains = scalar && matching.may_be_covered(index, at, mode.direction.flipped());
        if !loses && !gains {
            return None;
        }
        let (pair, summary) = self.relation(matching.old[index].0.conj, matching.new[at].0.conj, mode);
        if summary.breaks(mode.direction) || summary.unknown {
            return loses.then(|| Ask::of(mode));
        }
        let wanted = if mode.direction == Direction::Request { Effect::Widens } else { Effect::Narrows };
        let pair = &self.pairs[pair.0 as usize];
        let only = pair.children.is_empty() && pair.changes.iter().all(|change| change.effect() == wanted);
        (gains && only && !pair.changes.is_empty()).then(|| Ask::of(mode).reversed())
    }

    /// Settles a variant that is a list of values, each of which the whole of the other side takes or refuses: says
    /// those that are refused. False when it is no such variant, or its pair tells of just these values.
    fn judge_values(
        &mut self,
        sides: &Sides<'a>,
        matching: &Matching<'a>,
        own: usize,
        (whole, pair): ((ConjId, ConjId), PairId),
        ask: Ask,
    ) -> bool {
        let of_old = ask.of_old;
        let (variant, _) = if of_old { &matching.old[own] } else { &matching.new[own] };
        let Some(refused) = self.refused_values(variant.conj, whole, ask) else { return false };
        if refused.is_empty() {
            return true;
        }
        let rule: &'static Rule =
            if of_old { &rules::enum_value_removed::RULE } else { &rules::enum_value_added::RULE };
        let told =
            self.pairs[pair.0 as usize].changes.iter().any(|change| change.listed.iter().eq(refused.iter().copied()));
        if told || refused.len() > 40 {
            return false;
        }
        let (before, after) =
            if of_old { ("taken", "taken by no variant") } else { ("known to no variant", "may come") };
        let change = self.change(sides, rule, "enum").about_values(refused, usize::MAX).values(before, after);
        let at = Some(At::node(variant.node));
        let change = if of_old { Change { old: at, ..change } } else { Change { new: at, ..change } };
        self.note(sides, change);
        true
    }

    fn judge_rest(&mut self, sides: &Sides<'a>, matching: &Matching<'a>, whole: (ConjId, ConjId)) {
        let cover = |engine: &mut Self, own: usize, conj: ConjId, of_old: bool| {
            let ask = Ask { mode: sides.mode, of_old };
            let values = engine.refused_values(conj, whole, ask);
            match values.is_some_and(|refused| refused.is_empty()) {
                true => Cover::Declared,
                false => engine.cover(matching, own, ask, None),
            }
        };
        let mut gone = Vec::new();
        for index in matching.free_old() {
            let (variant, sketch) = &matching.old[index];
            let cover = cover(self, index, variant.conj, true);
            if cover == Cover::Declared {
                continue;
            }
            if !sides.old.unions.is_empty() {
                gone.push((index, cover));
                continue;
            }
            let keyword = sides.new.unions.first().map_or("union", |union| union.keyword);
            let after = format!("each value fits one of {} variants of `{keyword}`", matching.new.len());
            let change = self.variant_change(sides, "a schema without variants", (variant, true));
            let change = change.values(format!("any {}", sketch.types.names()), after);
            self.note(sides, change.let_through(cover, true));
        }
        let mut come = Vec::new();
        for at in matching.free_new() {
            let cover = cover(self, at, matching.new[at].0.conj, false);
            if cover != Cover::Declared {
                come.push((at, cover));
            }
        }
        self.note_variants(sides, &matching.old, &gone, true);
        self.note_variants(sides, &matching.new, &come, false);
    }

    /// Notes the variants that came or went: those that have no name and differ in their types as one change, unless
    /// others let them through, which is undecided.
    fn note_variants(
        &mut self,
        sides: &Sides<'a>,
        all: &[(Variant<'a>, Arc<Outline>)],
        which: &[(usize, Cover)],
        removed: bool,
    ) {
        let words: Vec<String> = which.iter().map(|(index, _)| describe(&all[*index].0, &all[*index].1)).collect();
        let bare = |place: usize| {
            let (index, cover) = which[place];
            let variant = &all[index].0;
            let alone = words.iter().filter(|other| **other == words[place]).count() == 1;
            variant.name.is_none() && variant.tags.is_empty() && alone && cover == Cover::Missing
        };
        let (together, apart): (Vec<usize>, Vec<usize>) = (0..which.len()).partition(|place| bare(*place));
        let several = together.len() > 1;
        for place in apart.into_iter().chain(together.iter().copied().filter(|_| !several)) {
            let (index, cover) = which[place];
            let change = self.variant_change(sides, &words[place], (&all[index].0, removed));
            self.note(sides, change.let_through(cover, removed));
        }
        if several && let Some(first) = together.first() {
            let subject: Vec<&str> = together.iter().map(|place| words[*place].as_str()).collect();
            let (before, after) = (format!("{} variants", together.len()), "none of them".to_owned());
            let (before, after) = if removed { (before, after) } else { (after, before) };
            let (old, new) = self.unions_at(sides);
            let change = self.variant_change(sides, &subject.join(", "), (&all[which[*first].0].0, removed));
            self.note(sides, change.at(old, new).values(before, after));
        }
    }

    /// Where the unions of both sides stand.
    fn unions_at(&self, sides: &Sides<'a>) -> (Option<At>, Option<At>) {
        let keyword = |side: &Effective<'_>| side.unions.first().map_or("", |union| union.keyword);
        (self.old_at(sides, keyword(&sides.old)), self.new_at(sides, keyword(&sides.new)))
    }

    fn variant_change(&self, sides: &Sides<'a>, subject: &str, (variant, removed): (&Variant<'_>, bool)) -> Change {
        let (old, new) = self.unions_at(sides);
        let at = Some(At::node(variant.node));
        let (rule, old, new, before, after): (&'static Rule, _, _, _, _) = if removed {
            (&rules::variant_removed::RULE, at, new, "a variant", "no variant")
        } else {
            (&rules::variant_added::RULE, old, at, "no variant", "a variant")
        };
        let change = Change::new(rule, sides.mode.direction).at(old, new).about(subject).values(before, after);
        Change { variant: Some(variant.node), ..change }
    }

    /// `anyOf` that becomes `oneOf` refuses what several variants take. It takes nothing new, so that
    /// responses are not asked.
    fn compare_exclusiveness(&mut self, sides: &Sides<'a>) {
        let kinds = |side: &Effective<'_>| -> Option<&'static str> {
            match side.unions.as_slice() {
                [union] => Some(union.keyword),
                _ => None,
            }
        };
        let discriminated = sides.old.discriminator.is_some() && sides.new.discriminator.is_some();
        let rule: &'static Rule = match (kinds(&sides.old), kinds(&sides.new)) {
            (Some("anyOf"), Some("oneOf")) => &rules::union_became_exclusive::RULE,
            (Some("oneOf"), Some("anyOf")) => &rules::union_became_inclusive::RULE,
            _ => return,
        };
        let exclusive = std::ptr::eq(rule, &rules::union_became_exclusive::RULE);
        if discriminated || exclusive && sides.mode.direction == Direction::Response {
            return;
        }
        let disjoint = sides.new.unions.iter().all(|union| {
            let types: Vec<TypeSet> = union
                .variants
                .iter()
                .map(|node| {
                    let conj = self.new_conjs.of(&mut self.new, &[*node], *node);
                    effective(&mut self.new, self.new_conjs.get(conj)).types
                })
                .collect();
            types.iter().enumerate().all(|(index, one)| types.iter().skip(index + 1).all(|two| !one.has(*two)))
        });
        if !disjoint {
            self.say(sides, rule, "oneOf", kinds(&sides.old).unwrap_or(""), kinds(&sides.new).unwrap_or(""));
        }
    }
}

fn variants_of<'a>(
    conjs: &mut crate::diff::effective::Conjs,
    side: &mut Side<'a>,
    id: ConjId,
    whole: &Effective<'a>,
) -> Option<Vec<(Variant<'a>, Arc<Outline>)>> {
    let list = if whole.unions.is_empty() {
        let node = conjs.get(id).parts.first().map(|part| part.node).or(conjs.get(id).anchor)?;
        let name = conjs.get(id).parts.first().and_then(|part| side.component(part.node));
        let conj = conjs.without_null(id);
        vec![Variant { conj, node, name, tags: Vec::new() }]
    } else {
        conjs.variants(side, id, whole)?
    };
    let mut found = Vec::with_capacity(list.len());
    for variant in list {
        let outline = conjs.outline(side, variant.conj);
        found.push((variant, outline));
    }
    // What nothing satisfies is no variant, unless it is all there is.
    if found.iter().any(|(_, outline)| !outline.void) {
        found.retain(|(_, outline)| !outline.void);
    }
    Some(found)
}

fn describe(variant: &Variant<'_>, sketch: &Outline) -> String {
    match (variant.tags.first(), variant.name) {
        (Some(tag), Some(name)) if *tag != name => format!("`{name}` (`{tag}`)"),
        (_, Some(name)) => format!("`{name}`"),
        (Some(tag), None) => format!("`{tag}`"),
        (None, None) => format!("one of {}", sketch.types.names()),
    }
}

impl Change {
    /// Says that the payloads of the variant are taken by others only because these are open.
    fn let_through(self, cover: Cover, removed: bool) -> Self {
        const OPEN: &str = "let through by others only because they are open";
        match (cover, removed) {
            (Cover::Open, true) => self.values("a variant", OPEN).guarded(Guard::Open, true),
            (Cover::Open, false) => self.values(OPEN, "a variant").guarded(Guard::Open, true),
            _ => self,
        }
    }
}
