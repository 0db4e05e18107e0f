//! A `oneOf` refuses what several of its variants take: found by trying, and confirmed by the validators.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ConjId, Engine, Sides};
use crate::diff::arena::NodeId;
use crate::diff::effective::{Effective, Variant, allows_null};
use crate::diff::law::Direction;
use crate::diff::rule::Rule;
use crate::diff::rules;
use crate::diff::types::TypeSet;
use crate::diff::witness::{Half, Hints};

/// Most variants of a union that are held against each other.
const MAX_VARIANTS: usize = 12;
/// Most payloads that are tried for one pair of variants.
const MAX_TRIED: usize = 48;
/// Most payloads of the side that refuses less that are tried besides.
const MAX_OFFERED: usize = 24;

impl<'a> Engine<'a> {
    /// Says that payloads which one variant of the new request took fit several now, or that such payloads may be
    /// answered now; true when one was found.
    ///
    /// Open objects and lists overlap almost always, and nobody means them to be refused: they are looked at only where
    /// an `anyOf`, which allows that, became a `oneOf`, or the other way about; objects also with what both variants and
    /// the other document declare, so that no variant takes them merely because it is open.
    pub(super) fn compare_overlaps(&mut self, sides: &Sides<'a>, old: ConjId, new: ConjId) -> bool {
        let request = sides.mode.direction == Direction::Request;
        let strict = if request { &sides.new } else { &sides.old };
        let [union] = strict.unions.as_slice() else { return false };
        let open = strict.discriminator.is_none();
        if !open || union.variants.len() > MAX_VARIANTS || self.union_reads_the_same(sides) {
            return false;
        }
        let whole = if request { new } else { old };
        let exclusive = (union.keyword == "oneOf").then(|| self.variants_of(whole, strict, request)).flatten();
        let inner = union.variants.clone().into_iter().filter_map(|node| self.exclusive_within(node, request));
        let groups: Vec<Vec<Variant<'a>>> = inner.collect();
        exclusive.into_iter().chain(groups).any(|variants| self.compare_overlaps_of(sides, (old, new), &variants))
    }

    /// The variants of a `oneOf` that is itself a variant.
    fn exclusive_within(&mut self, node: NodeId, of_new: bool) -> Option<Vec<Variant<'a>>> {
        let (side, conjs) = match of_new {
            true => (&mut self.new, &mut self.new_conjs),
            false => (&mut self.old, &mut self.old_conjs),
        };
        let conj = conjs.of(side, &[node], node);
        let merged = self.merged(conj, !of_new);
        let [union] = merged.unions.as_slice() else { return None };
        let plain = union.keyword == "oneOf" && merged.discriminator.is_none() && union.variants.len() <= MAX_VARIANTS;
        if plain { self.variants_of(conj, &merged, of_new) } else { None }
    }

    fn variants_of(&mut self, conj: ConjId, merged: &Effective<'a>, of_new: bool) -> Option<Vec<Variant<'a>>> {
        match of_new {
            true => self.new_conjs.variants(&mut self.new, conj, merged),
            false => self.old_conjs.variants(&mut self.old, conj, merged),
        }
    }

    /// As [`Self::compare_overlaps`], of the variants of one `oneOf`.
    fn compare_overlaps_of(
        &mut self,
        sides: &Sides<'a>,
        (old, new): (ConjId, ConjId),
        variants: &[Variant<'a>],
    ) -> bool {
        let request = sides.mode.direction == Direction::Request;
        let lax = if request { &sides.old } else { &sides.new };
        let inclusive = lax.unions.iter().any(|union| union.keyword == "anyOf");
        let declared = self.declared_by(if request { old } else { new }, lax, request);
        if self.takes_null_once(lax, request) && self.null_fits_several(variants, !request) {
            self.say_overlap(sides, &Value::Null, 0);
            return true;
        }
        let mut offered: Option<Vec<Value>> = None;
        for (index, one) in variants.iter().enumerate() {
            for two in variants.iter().skip(index + 1).take(MAX_VARIANTS) {
                let common = self.types_of(one, request).and(self.types_of(two, request));
                let common = match inclusive || self.may_share_objects(one, two, request) {
                    _ if inclusive => common,
                    true => common.without(TypeSet::ARRAY),
                    false => common.without(TypeSet::ARRAY.or(TypeSet::OBJECT)),
                };
                if common.is_empty() {
                    continue;
                }
                let known = (!inclusive).then_some(&declared);
                let offered = offered.get_or_insert_with(|| self.offered(if request { old } else { new }, request));
                if let Some(value) =
                    self.doubly_taken(sides, (old, new), (one.conj, two.conj), (common, offered, known))
                {
                    self.say_overlap(sides, &value, index);
                    return true;
                }
            }
        }
        false
    }

    /// What the side that refuses less takes, null apart.
    fn offered(&mut self, lenient: ConjId, request: bool) -> Vec<Value> {
        let (mut half, direction) = if request {
            (Half { side: &mut self.old, conjs: &mut self.old_conjs }, Direction::Request)
        } else {
            (Half { side: &mut self.new, conjs: &mut self.new_conjs }, Direction::Response)
        };
        let mut offered = half.candidates(lenient, &Hints::default(), direction, 0);
        offered.retain(|value| !value.is_null());
        offered
    }

    fn say_overlap(&mut self, sides: &Sides<'a>, value: &Value, index: usize) {
        let several = format!("fits variants {} and more of `oneOf`", index + 1);
        let (rule, before, after): (&'static Rule, _, _) = match sides.mode.direction {
            Direction::Request => (&rules::variants_overlap::RULE, "accepted".to_owned(), several),
            Direction::Response => (&rules::overlap_allowed::RULE, several, "may be answered".to_owned()),
        };
        let change = self.change(sides, rule, "oneOf").about_values([value], usize::MAX).values(before, after);
        self.note(sides, change);
    }

    /// The properties that a side or one of its variants declares: nobody sends others.
    fn declared_by(&mut self, conj: ConjId, merged: &Effective<'a>, of_old: bool) -> BTreeSet<String> {
        let (side, conjs) =
            if of_old { (&mut self.old, &mut self.old_conjs) } else { (&mut self.new, &mut self.new_conjs) };
        let mut names: BTreeSet<String> = merged.properties.keys().map(|name| (*name).to_owned()).collect();
        let variants = if merged.unions.is_empty() { None } else { conjs.variants(side, conj, merged) };
        for variant in variants.into_iter().flatten() {
            names.extend(conjs.outline(side, variant.conj).names.iter().cloned());
        }
        names
    }

    /// Whether an object may fit two variants with what both declare: neither requires what the other does not know,
    /// and no property is fixed to another value.
    fn may_share_objects(&mut self, one: &Variant<'a>, two: &Variant<'a>, of_new: bool) -> bool {
        let (left, right) = (self.merged(one.conj, !of_new), self.merged(two.conj, !of_new));
        let known = |own: &Effective<'_>, other: &Effective<'_>| {
            own.required.iter().all(|name| other.properties.contains_key(name))
        };
        if left.properties.is_empty() && right.properties.is_empty() || !known(&left, &right) || !known(&right, &left) {
            return false;
        }
        let (side, conjs) = match of_new {
            true => (&mut self.new, &mut self.new_conjs),
            false => (&mut self.old, &mut self.old_conjs),
        };
        let (one, two) = (conjs.outline(side, one.conj), conjs.outline(side, two.conj));
        one.fixed.iter().all(|(name, value)| two.fixed.iter().all(|(known, other)| name != known || value == other))
    }

    /// Whether a side takes null, and does not refuse it by a `oneOf` of several variants that do.
    fn takes_null_once(&mut self, merged: &Effective<'a>, of_old: bool) -> bool {
        let lists: Vec<Vec<NodeId>> = merged
            .unions
            .iter()
            .filter(|union| union.keyword == "oneOf")
            .map(|union| self.listed(&union.variants, of_old))
            .collect();
        merged.nullable && lists.iter().all(|list| self.takers_of_null(list, of_old) < 2)
    }

    /// Whether null satisfies several of the variants of one `oneOf`.
    fn null_fits_several(&mut self, variants: &[Variant<'a>], of_old: bool) -> bool {
        let nodes: Vec<NodeId> = variants.iter().map(|variant| variant.node).collect();
        let all = self.listed(&nodes, of_old);
        self.takers_of_null(&all, of_old) > 1
    }

    /// All that stands in the list of some variants, those that are null and nothing else among them.
    fn listed(&mut self, variants: &[NodeId], of_old: bool) -> Vec<NodeId> {
        let side = if of_old { &mut self.old } else { &mut self.new };
        variants.first().map(|first| side.parent(*first)).map(|list| side.items(list)).unwrap_or_default()
    }

    fn takers_of_null(&mut self, nodes: &[NodeId], of_old: bool) -> usize {
        let side = if of_old { &mut self.old } else { &mut self.new };
        nodes.iter().filter(|node| allows_null(side, **node)).count()
    }

    fn types_of(&mut self, variant: &Variant<'a>, of_new: bool) -> TypeSet {
        if of_new {
            self.new_conjs.outline(&mut self.new, variant.conj).types
        } else {
            self.old_conjs.outline(&mut self.old, variant.conj).types
        }
    }

    fn union_reads_the_same(&self, sides: &Sides<'a>) -> bool {
        let list = |side: &Effective<'_>| side.unions.first().map(|union| (union.keyword, union.variants.clone()));
        let (Some((one, before)), Some((two, after))) = (list(&sides.old), list(&sides.new)) else { return false };
        one == two
            && before.len() == after.len()
            && before.iter().zip(&after).all(|(one, two)| self.old.value(*one) == self.new.value(*two))
    }

    /// A value of one of the types that both variants of the strict side take, and that only the other side accepts.
    fn doubly_taken(
        &mut self,
        sides: &Sides<'a>,
        (old, new): (ConjId, ConjId),
        (one, two): (ConjId, ConjId),
        (types, offered, declared): (TypeSet, &[Value], Option<&BTreeSet<String>>),
    ) -> Option<Value> {
        let direction = sides.mode.direction;
        let (before, after) = (self.old_conjs.get(old).clone(), self.new_conjs.get(new).clone());
        let mut old = Half { side: &mut self.old, conjs: &mut self.old_conjs };
        let mut new = Half { side: &mut self.new, conjs: &mut self.new_conjs };
        let (half, lax) = match direction {
            Direction::Request => (&mut new, &mut old),
            Direction::Response => (&mut old, &mut new),
        };
        let (strictly, laxly) = if direction == Direction::Request { (after, before) } else { (before, after) };
        let mut tried = half.candidates(one, &Hints::default(), direction, 0);
        let others = half.candidates(two, &Hints::default(), direction, 0);
        let merged: Vec<Value> =
            tried.iter().zip(others.iter().cycle().skip(1)).filter_map(|(one, two)| joined(one, two)).collect();
        let both = tried.iter().find_map(|one| others.iter().find_map(|two| joined(one, two)));
        tried.extend(others);
        tried.extend(merged);
        tried.extend(both);
        let known = |name: &String| declared.is_none_or(|declared| declared.contains(name));
        let sent = |value: &Value| value.as_object().is_none_or(|members| members.keys().all(known));
        tried.retain(|value| !value.is_null() && TypeSet::of(value).within(types) && sent(value));
        tried.sort_by_cached_key(|value| value.to_string().len());
        tried.dedup();
        // What the lenient side has to offer comes first: the others may know none of its few values.
        let offered =
            offered.iter().filter(|value| TypeSet::of(value).within(types) && sent(value)).take(MAX_OFFERED).cloned();
        let mut tried = offered.chain(tried.into_iter().take(MAX_TRIED));
        let (first, second) = (half.conjs.get(one).clone(), half.conjs.get(two).clone());
        tried.find(|value| {
            let meant = declared.is_none() || half.declares(one, value) && half.declares(two, value);
            meant
                && lax.accepts(&laxly, value, direction) == Some(true)
                && half.accepts(&first, value, direction) == Some(true)
                && half.accepts(&second, value, direction) == Some(true)
                && half.accepts(&strictly, value, direction) == Some(false)
        })
    }
}

/// Two objects as one.
fn joined(one: &Value, two: &Value) -> Option<Value> {
    let mut members = one.as_object()?.clone();
    members.extend(two.as_object()?.clone());
    Some(Value::Object(members))
}
