//! A `oneOf` refuses what several of its variants take: found by trying, and confirmed by the validators.

use serde_json::Value;

use super::{ConjId, Engine, Sides};
use crate::diff::effective::{Effective, Variant};
use crate::diff::law::Direction;
use crate::diff::rules;
use crate::diff::types::TypeSet;
use crate::diff::witness::{Half, Hints};

/// Most variants of a union that are held against each other.
const MAX_VARIANTS: usize = 12;
/// Most payloads that are tried for one pair of variants.
const MAX_TRIED: usize = 48;

impl<'a> Engine<'a> {
    /// Says that payloads which were accepted now fit several variants; true when one was found.
    ///
    /// Open objects and lists overlap almost always, and nobody means them to be refused: they are looked at only where
    /// an `anyOf`, which allows that, became a `oneOf`.
    pub(super) fn compare_overlaps(&mut self, sides: &Sides<'a>, old: ConjId, new: ConjId) -> bool {
        let [union] = sides.new.unions.as_slice() else { return false };
        let open = sides.mode.direction == Direction::Request && sides.new.discriminator.is_none();
        if !open || union.keyword != "oneOf" || union.variants.len() > MAX_VARIANTS || self.union_reads_the_same(sides)
        {
            return false;
        }
        let Some(variants) = self.new_conjs.variants(&mut self.new, new, &sides.new) else { return false };
        let inclusive_before = sides.old.unions.iter().any(|union| union.keyword == "anyOf");
        let compound = TypeSet::ARRAY.or(TypeSet::OBJECT);
        for (index, one) in variants.iter().enumerate() {
            for two in variants.iter().skip(index + 1).take(MAX_VARIANTS) {
                let types = |engine: &mut Self, variant: &Variant<'a>| {
                    engine.new_conjs.outline(&mut engine.new, variant.conj).types
                };
                let common = types(self, one).and(types(self, two));
                let common = if inclusive_before { common } else { common.without(compound) };
                if common.is_empty() {
                    continue;
                }
                if let Some(value) = self.doubly_taken(sides, (old, new), (one.conj, two.conj), common) {
                    let change = self
                        .change(sides, &rules::variants_overlap::RULE, "oneOf")
                        .about(format!("`{value}`"))
                        .values("accepted", format!("fits variants {} and more of `oneOf`", index + 1));
                    self.note(sides, change);
                    return true;
                }
            }
        }
        false
    }

    fn union_reads_the_same(&self, sides: &Sides<'a>) -> bool {
        let list = |side: &Effective<'_>| side.unions.first().map(|union| (union.keyword, union.variants.clone()));
        let (Some((one, before)), Some((two, after))) = (list(&sides.old), list(&sides.new)) else { return false };
        one == two
            && before.len() == after.len()
            && before.iter().zip(&after).all(|(one, two)| self.old.value(*one) == self.new.value(*two))
    }

    /// A value of one of the types that both variants take, that was accepted and is refused now.
    fn doubly_taken(
        &mut self,
        sides: &Sides<'a>,
        (old, new): (ConjId, ConjId),
        (one, two): (ConjId, ConjId),
        types: TypeSet,
    ) -> Option<Value> {
        let direction = sides.mode.direction;
        let (before, after) = (self.old_conjs.get(old).clone(), self.new_conjs.get(new).clone());
        let mut half = Half { side: &mut self.new, conjs: &mut self.new_conjs };
        let mut tried = half.candidates(one, &Hints::default(), direction, 0);
        let others = half.candidates(two, &Hints::default(), direction, 0);
        let merged: Vec<Value> =
            tried.iter().zip(others.iter().cycle().skip(1)).filter_map(|(one, two)| joined(one, two)).collect();
        let both = tried.iter().find_map(|one| others.iter().find_map(|two| joined(one, two)));
        tried.extend(others);
        tried.extend(merged);
        tried.extend(both);
        tried.retain(|value| !value.is_null() && TypeSet::of(value).within(types));
        tried.sort_by_cached_key(|value| value.to_string().len());
        tried.dedup();
        let (first, second) = (self.new_conjs.get(one).clone(), self.new_conjs.get(two).clone());
        let mut old = Half { side: &mut self.old, conjs: &mut self.old_conjs };
        let mut new = Half { side: &mut self.new, conjs: &mut self.new_conjs };
        tried.into_iter().take(MAX_TRIED).find(|value| {
            old.accepts(&before, value, direction) == Some(true)
                && new.accepts(&first, value, direction) == Some(true)
                && new.accepts(&second, value, direction) == Some(true)
                && new.accepts(&after, value, direction) == Some(false)
        })
    }
}

/// Two objects as one.
fn joined(one: &Value, two: &Value) -> Option<Value> {
    let mut members = one.as_object()?.clone();
    members.extend(two.as_object()?.clone());
    Some(Value::Object(members))
}
