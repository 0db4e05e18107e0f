//! Which variants are the same thing, where no name and no discriminator tells: by a value that each has of its own,
//! or by what they declare.

use std::collections::HashMap;
use std::sync::Arc;

use super::unions::Matching;
use crate::diff::effective::{Outline, Variant};
use crate::diff::types::TypeSet;

/// Most pairs of unidentified variants that are tried.
pub(super) const MAX_TRIES: usize = 4_096;

impl Outline {
    /// From 0 (unlike) to 1 (same types and property names).
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        if !self.types.has(other.types) {
            return 0.0;
        }
        if !self.types.has(TypeSet::OBJECT) || self.names.is_empty() && other.names.is_empty() {
            return if self.types == other.types { 1.0 } else { 0.5 };
        }
        let shared = self.names.iter().filter(|name| other.names.contains(name)).count();
        if shared == self.names.len().min(other.names.len()) {
            // One declares all that the other declares: a property came or went.
            return 0.5;
        }
        let all = self.names.len() + other.names.len() - shared;
        #[expect(clippy::cast_precision_loss, reason = "counts of properties")]
        let share = shared as f64 / all.max(1) as f64;
        share
    }

    /// Whether `other` declares everything that this one declares, so that taking its payloads means something.
    pub(super) fn declared_by(&self, other: &Self) -> bool {
        let anything = other.types == TypeSet::ALL && other.names.is_empty();
        anything || !self.types.has(TypeSet::OBJECT) || self.names.iter().all(|name| other.names.contains(name))
    }
}

/// Pairs what is left by a property that each of the variants requires with one value of its own: as good as a
/// discriminator. False when there is none.
pub(super) fn pair_by_value(matching: &mut Matching<'_>) -> bool {
    let (old, new) = (matching.free_old(), matching.free_new());
    let (Some(first), false) = (old.first(), new.is_empty()) else { return false };
    let value = |outline: &Outline, name: &str| {
        outline.fixed.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let mut best: Option<Vec<(usize, usize)>> = None;
    for (name, _) in matching.old[*first].1.fixed.clone() {
        let own = |list: &[(Variant<'_>, Arc<Outline>)], free: &[usize]| -> Option<HashMap<String, usize>> {
            let mut found = HashMap::new();
            for index in free {
                // A value that two variants share tells nothing.
                if found.insert(value(&list[*index].1, &name)?, *index).is_some() {
                    return None;
                }
            }
            Some(found)
        };
        let (Some(before), Some(after)) = (own(&matching.old, &old), own(&matching.new, &new)) else { continue };
        let mut pairs: Vec<(usize, usize)> =
            before.iter().filter_map(|(value, index)| Some((*index, *after.get(value)?))).collect();
        pairs.sort_unstable();
        if best.as_ref().is_none_or(|known| pairs.len() > known.len()) {
            best = Some(pairs);
        }
    }
    let Some(pairs) = best else { return false };
    for (index, at) in pairs {
        matching.partners[index] = Some(at);
    }
    true
}

/// Pairs what is left by likeness, best first; one left on each side is taken for the same thing if it may be.
pub(super) fn pair_alike(matching: &mut Matching<'_>) {
    let (old, new) = (matching.free_old(), matching.free_new());
    if old.len() * new.len() > MAX_TRIES {
        return;
    }
    let alone = old.len() == 1 && new.len() == 1 && matching.old.len() > 1 && matching.new.len() > 1;
    let least = if alone { 0.2 } else { 0.5 };
    let mut scores: Vec<(f64, usize, usize)> = Vec::new();
    for index in &old {
        for at in &new {
            let score = matching.old[*index].1.likeness(&matching.new[*at].1);
            if score >= least {
                scores.push((score, *index, *at));
            }
        }
    }
    scores.sort_by(|one, two| two.0.total_cmp(&one.0).then(one.1.cmp(&two.1)).then(one.2.cmp(&two.2)));
    let mut taken = vec![false; matching.new.len()];
    for (_, index, at) in scores {
        if matching.partners[index].is_none() && !taken[at] {
            taken[at] = true;
            matching.partners[index] = Some(at);
        }
    }
}
