//! Changes together with all that they reach: each once.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexSet;

use crate::diff::api::Api;
use crate::diff::bump::Bump;
use crate::diff::change::{At, Change};
use crate::diff::law::Direction;
use crate::diff::relation::PairId;
use crate::diff::rule::Category;
use crate::finding::Level;

/// A change together with all that it reaches, while findings are collected.
pub(super) struct Group {
    pub(super) change: Change,
    pub(super) level: Level,
    pub(super) directions: BTreeSet<Direction>,
    pub(super) operations: IndexSet<String>,
    pub(super) spots: Vec<String>,
    pub(super) pair: Option<PairId>,
    /// The schemas of operations by which it is reached, of [`Api::roots`].
    pub(super) roots: Vec<usize>,
}

/// Operations that are reached, where in them, and by which of the schemas of [`Api::roots`].
pub(super) type Spot<'r> = (&'r [String], &'r str, Option<usize>);

pub(super) type Key = (&'static str, Option<At>, Option<At>, String, String);

/// For every pair that holds changes the roots from which it is reached, in the order of the roots.
pub(super) fn reached(api: &Api<'_>) -> Vec<(PairId, Vec<usize>)> {
    let pairs = &api.engine.pairs;
    let mut parents: Vec<Vec<u32>> = vec![Vec::new(); pairs.len()];
    for (index, pair) in pairs.iter().enumerate() {
        for child in &pair.children {
            parents[child.0 as usize].push(u32::try_from(index).unwrap_or(u32::MAX));
        }
    }
    let mut roots: Vec<Vec<usize>> = vec![Vec::new(); pairs.len()];
    for (index, root) in api.roots.iter().enumerate() {
        roots[root.pair.0 as usize].push(index);
    }
    let mut found = Vec::new();
    let mut mark = vec![0_u32; pairs.len()];
    let mut round = 0;
    for (index, _) in pairs.iter().enumerate().filter(|(_, pair)| !pair.changes.is_empty()) {
        round += 1;
        let mut reaching = BTreeSet::new();
        let mut work = vec![index];
        mark[index] = round;
        while let Some(at) = work.pop() {
            reaching.extend(roots[at].iter().copied());
            for parent in &parents[at] {
                let parent = *parent as usize;
                if mark[parent] != round {
                    mark[parent] = round;
                    work.push(parent);
                }
            }
        }
        // A pair that was only tried, for a union, is part of no operation.
        if !reaching.is_empty() {
            found.push((PairId(u32::try_from(index).unwrap_or(u32::MAX)), reaching.into_iter().collect()));
        }
    }
    found
}

pub(super) fn add(
    groups: &mut Vec<Group>,
    index: &mut HashMap<Key, usize>,
    (change, pair): (&Change, Option<PairId>),
    reached: &[Spot<'_>],
    expand: bool,
) {
    let level = change.level();
    for (operations, spot, root) in reached {
        let split = if expand { operations.join(", ") } else { String::new() };
        let key = (change.rule.id, change.old.clone(), change.new.clone(), change.subject.clone(), split);
        let at = *index.entry(key).or_insert_with(|| {
            groups.push(Group {
                change: change.clone(),
                level: Level::Allow,
                directions: BTreeSet::new(),
                operations: IndexSet::new(),
                spots: Vec::new(),
                pair,
                roots: Vec::new(),
            });
            groups.len() - 1
        });
        let group = &mut groups[at];
        if level > group.level {
            group.level = level;
            group.change = change.clone();
            group.pair = pair;
            group.roots.clear();
            group.directions.clear();
        }
        if level == group.level {
            group.directions.insert(change.direction);
            if group.pair == pair {
                group.roots.extend(*root);
            }
            if !spot.is_empty() && !group.spots.iter().any(|known| known == spot) && group.spots.len() < 8 {
                group.spots.push((*spot).to_owned());
            }
        }
        for operation in *operations {
            if !group.operations.contains(operation) {
                group.operations.insert(operation.clone());
            }
        }
    }
}

/// The bump: by the law's levels, not by what the user has set.
pub(super) fn bump_of(groups: &[Group]) -> Bump {
    groups
        .iter()
        .map(|group| match (group.level, group.change.rule.category) {
            (Level::Deny, _) => Bump::Major,
            (_, Category::Docs) => Bump::Patch,
            _ => Bump::Minor,
        })
        .max()
        .unwrap_or(Bump::None)
}
