//! Looking again: a fault is sent once more before it is reported, and data that moves is told from data served wrongly.

mod caches;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::caches::Caches;
use super::drift::drift;
use super::run::Runner;
use crate::case::{Access, Case};
use crate::checks::{Blame, Check, Verdict};
use crate::contract::Operation;
use crate::exchange::Failure;
use crate::finding::Stability;
use crate::study::{Seen, Study};

/// What came of looking again.
pub(super) enum Again {
    /// The fault was seen again.
    Seen(Stability),
    /// It was not seen again.
    NotSeen(Stability),
    /// The data moved each time; nothing can be concluded.
    Moved,
    /// It would cost more requests than the run may, and nothing has shown yet that the data stands still.
    Spared,
    /// No answer had come, and none comes now: the target itself is gone, or the run is over.
    Unreached,
}

/// How often a fault that does not show again is looked for.
const TRIES: u32 = 3;

/// Repeats cases, each set of cases once however many faults rest on it.
pub(super) struct Confirmer<'a> {
    pub(super) runner: &'a Runner,
    pub(super) study: &'a Study,
    replays: BTreeMap<String, Replay>,
    /// Requests that repetition may still cost.
    pub(super) budget: u64,
    /// Repetitions during which the data moved.
    restless: u32,
    /// Whether the data was ever seen to stand still, and ever to have moved.
    quiet: bool,
    shifted: bool,
    /// Faults told as they were seen, because looking again would cost more requests than it may.
    pub(super) spared: usize,
    /// The same, because the run was over.
    pub(super) ended: usize,
    caches: Caches,
    /// What seems to move though the records are the same versions, in words.
    pub(super) drift: Option<String>,
    /// Lists that were looked at once more because they seemed to move: whether they stand still after all.
    still: BTreeMap<(String, bool), bool>,
}

/// What came of the repetitions of one fault.
#[derive(Default)]
struct Tries {
    done: u32,
    /// Those during or before which the data moved, and those during which it did.
    moved: u32,
    restless: u32,
    /// Whether what was not found at first is found now.
    came_back: bool,
    /// Whether the fault showed once more where the data had moved since the first look.
    shaky: bool,
}

impl Tries {
    /// How stable a fault is that the last of them shows.
    fn stability(&self) -> Stability {
        let again = 1 + u32::from(self.shaky);
        if self.done == again + self.moved {
            Stability::Reproduced
        } else {
            Stability::Intermittent { failed: 1 + again, of: 1 + self.done - self.moved }
        }
    }
}

/// A study of the repeated cases alone.
#[derive(Clone)]
struct Replay {
    study: Arc<Study>,
    quiet: bool,
}

impl Replay {
    /// Whether the last case of a fault could not be sent again: the target was given up, or the run is over.
    fn is_unsent(&self, blame: &Blame) -> bool {
        let seen = blame.cases.last().and_then(|case| self.study.get(case));
        let last = seen.and_then(|seen| seen.answers().last());
        last.is_some_and(|answer| matches!(answer.failure, Some(Failure::Stopped(_) | Failure::Unsendable(_))))
    }
}

impl<'a> Confirmer<'a> {
    pub(super) fn new(runner: &'a Runner, study: &'a Study, budget: u64) -> Self {
        Self {
            runner,
            study,
            replays: BTreeMap::new(),
            budget,
            restless: 0,
            quiet: false,
            shifted: false,
            spared: 0,
            ended: 0,
            caches: Caches::of(study),
            drift: None,
            still: BTreeMap::new(),
        }
    }

    /// Looks for a fault again.
    pub(super) async fn look(&mut self, check: &Check, operation: &Operation, blame: &Blame, seen: u32) -> Again {
        // Data that moved each time it was looked at is not going to stand still for the next fault.
        if blame.compares && self.restless >= TRIES {
            return self.moved(operation, blame, seen, 0).await;
        }
        let mut tries = Tries::default();
        while tries.done < TRIES {
            let Some(replay) = self.replay(operation, &blame.cases, blame.compares, tries.done).await else { break };
            if replay.is_unsent(blame) {
                break;
            }
            tries.done += 1;
            if blame.compares && !replay.quiet {
                tries.moved += 1;
                tries.restless += 1;
                self.restless += 1;
                self.shifted = true;
                continue;
            }
            self.quiet |= blame.compares;
            let again = rejudge(check, operation, &replay.study, &blame.mark).is_some();
            let has_moved = blame.compares && self.has_moved(operation, blame, &replay.study);
            self.shifted |= has_moved;
            // Where the data has moved since the first look, chance may show it once more: it takes two.
            if again && !tries.shaky && has_moved {
                tries.shaky = true;
                continue;
            }
            if again {
                return Again::Seen(tries.stability());
            }
            tries.came_back |= self.came_back(blame, &replay.study);
            tries.moved += u32::from(has_moved);
        }
        self.not_seen(operation, blame, seen, &tries).await
    }

    /// What follows where the fault did not show again.
    async fn not_seen(&mut self, operation: &Operation, blame: &Blame, seen: u32, tries: &Tries) -> Again {
        if tries.came_back {
            return Again::NotSeen(intermittent(blame, seen, tries.done));
        }
        if tries.shaky {
            return self.moved(operation, blame, seen.max(2), tries.done).await;
        }
        if tries.moved > 0 && blame.compares {
            return if tries.restless > 0 {
                self.moved(operation, blame, seen, tries.done).await
            } else {
                Again::Moved
            };
        }
        // A comparison that could not be repeated proves nothing: the data may have moved in between. Where it stood still
        // each time that it was looked at, it did not.
        if tries.done == 0 && blame.compares {
            return match (self.is_spent(), self.quiet && !self.shifted) {
                (true, true) => self.told_as_seen(),
                (true, false) => Again::Spared,
                (false, _) => Again::Moved,
            };
        }
        if blame.is_silence() && !self.runner.target.is_alive().await {
            return Again::Unreached;
        }
        if tries.done == 0 {
            // The budget for repetition is spent: reported as seen.
            return self.told_as_seen();
        }
        // An answer that is wrong in itself was wrong, however rarely it comes.
        let proved = !blame.compares && !blame.fleeting;
        if seen >= 2 || proved {
            return Again::NotSeen(intermittent(blame, seen, tries.done));
        }
        Again::NotSeen(Stability::Flaky { repeats: tries.done })
    }

    /// Whether nothing more may be sent again for its cost; a run that is over is another matter.
    fn is_spent(&self) -> bool {
        self.budget == 0 && self.runner.target.stop().is_none()
    }

    fn told_as_seen(&mut self) -> Again {
        if self.is_spent() {
            self.spared += 1;
        } else {
            self.ended += 1;
        }
        Again::Seen(Stability::Unconfirmed)
    }

    /// Two walks right after each other differed. If the list now shows exactly what was seen before them, nothing was
    /// added, changed or removed in between: then the list shows it now and then otherwise, and that is the fault.
    async fn moved(&mut self, operation: &Operation, blame: &Blame, seen: u32, tries: u32) -> Again {
        for access in accesses(&blame.cases) {
            if !self.is_still(operation, access).await {
                return Again::Moved;
            }
        }
        Again::NotSeen(intermittent(blame, seen, tries))
    }

    /// Whether a walk of the list shows exactly the records that were ever seen in it, unchanged.
    async fn is_still(&mut self, operation: &Operation, access: Access) -> bool {
        let Some(id) = self.list_of(operation) else { return false };
        let key = (id.clone(), access == Access::Second);
        if let Some(known) = self.still.get(&key) {
            return *known;
        }
        let mut still = false;
        if let Some(list) = self.study.contract.operation(&id)
            && let Some(lists) = &list.clause.lists
        {
            let reference = self.study.reference_of(&id, access);
            let all: BTreeMap<&str, u64> =
                reference.rows.iter().filter_map(|row| Some((row.key.as_deref()?, row.print))).collect();
            let case = Case::Walk(self.study.walk_of(list, lists, access));
            // One walk may miss a record that the next one shows; together they must show what there was, and no more.
            let mut now: BTreeMap<Box<str>, u64> = BTreeMap::new();
            for _ in 0..TRIES {
                // Without a wait the walk might only repeat what the cache showed: then nothing says that it is still.
                if !self.caches.outlive().await.shows_server() {
                    break;
                }
                let before = self.runner.target.requests();
                let walk = match self.runner.perform(&case, self.study).await {
                    Seen::Walk(walk) if self.budget > 0 && walk.is_complete() => walk,
                    _ => break,
                };
                self.budget = self.budget.saturating_sub(self.runner.target.requests() - before);
                let rows = walk.rows.iter().filter_map(|row| Some((row.key.clone()?, row.print)));
                let changed = rows.fold(false, |changed, (key, print)| {
                    let known = all.get(&*key) == Some(&print);
                    now.insert(key, print);
                    changed || !known
                });
                if changed || now.len() == all.len() {
                    still = !changed;
                    break;
                }
            }
        }
        self.still.insert(key, still);
        still
    }

    /// Whether what was not found the first time is found now: nobody deletes a record and brings it back.
    fn came_back(&self, blame: &Blame, now: &Study) -> bool {
        let Some(case @ Case::Call(_)) = blame.cases.last() else { return false };
        let status = |study: &Study| match study.get(case) {
            Some(Seen::Answer(answer)) if answer.failure.is_none() => answer.status,
            _ => None,
        };
        matches!(status(self.study), Some(404 | 410)) && status(now).is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether the data that the original study began with differs from what is there now.
    fn has_moved(&self, operation: &Operation, blame: &Blame, now: &Study) -> bool {
        let references = self.references(operation, &blame.cases);
        references.iter().any(|case| now.has(case) && !same_walk(self.study, now, case))
    }

    /// The walks that show whether the data stood still: of each tenant that the cases are about.
    fn references(&self, operation: &Operation, cases: &[Case]) -> Vec<Case> {
        let list = self.list_of(operation).and_then(|id| self.study.contract.operation(&id));
        let Some((list, lists)) = list.and_then(|list| Some((list, list.clause.lists.as_ref()?))) else {
            return Vec::new();
        };
        accesses(cases).into_iter().map(|access| Case::Walk(self.study.walk_of(list, lists, access))).collect()
    }

    /// The list whose records an operation's faults are compared with.
    fn list_of(&self, operation: &Operation) -> Option<String> {
        if operation.clause.lists.is_some() {
            return Some(operation.id.clone());
        }
        let resource = &operation.clause.reads.as_ref()?.resource;
        self.study.list_of(resource).map(|(list, _)| list.id.clone())
    }

    async fn replay(&mut self, operation: &Operation, cases: &[Case], compares: bool, attempt: u32) -> Option<Replay> {
        let key = format!("{attempt} {compares} {}", cases.iter().map(Case::key).collect::<Vec<_>>().join("|"));
        if let Some(replay) = self.replays.get(&key) {
            return Some(replay.clone());
        }
        let before = self.runner.target.requests();
        if self.budget == 0 || self.runner.target.stop().is_some() {
            return None;
        }
        let replay = self.send(operation, cases, compares).await;
        let cost = self.runner.target.requests() - before;
        self.budget = self.budget.saturating_sub(cost);
        self.replays.insert(key, replay.clone());
        Some(replay)
    }

    async fn send(&mut self, operation: &Operation, cases: &[Case], compares: bool) -> Replay {
        let mut study = self.study.fresh();
        let mut references = if compares { self.references(operation, cases) } else { Vec::new() };
        references.retain(|case| self.study.has(case));
        // Two walks out of one cache agree whatever the data does: without a wait they do not show that it is quiet.
        let mut quiet = !compares || self.caches.outlive().await.shows_server();
        for case in &references {
            let seen = self.runner.perform(case, &study).await;
            study.add(case.clone(), seen);
        }
        for case in cases {
            if let Case::Again { walk, .. } = case {
                let walk = Case::Walk(walk.clone());
                if !study.has(&walk) {
                    let seen = self.runner.perform(&walk, &study).await;
                    study.add(walk, seen);
                }
            }
            if !study.has(case) {
                let seen = self.runner.perform(case, &study).await;
                study.add(case.clone(), seen);
            }
        }
        quiet &= references.is_empty() || self.caches.outlive().await.shows_server();
        for case in &references {
            let mut after = self.study.fresh();
            let seen = self.runner.perform(case, &after).await;
            after.add(case.clone(), seen);
            if !same_walk(&study, &after, case) {
                quiet = false;
                self.drift = self.drift.take().or_else(|| drift(&study, &after, case));
            }
        }
        Replay { study: Arc::new(study), quiet }
    }
}

/// A fault that showed `seen` times, and not in the repetitions; seen in every answer that could show it, it is no rare one.
fn intermittent(blame: &Blame, seen: u32, tries: u32) -> Stability {
    let (failed, of) = (seen.max(1), blame.exposed.max(seen) + tries);
    if failed >= of { Stability::Reproduced } else { Stability::Intermittent { failed, of } }
}

/// The tenants that cases are about: the own one, the second one, or both.
fn accesses(cases: &[Case]) -> Vec<Access> {
    let second = |case: &Case| match case {
        Case::Call(call) => call.access == Access::Second,
        Case::Walk(walk) | Case::Again { walk, .. } => walk.query.access == Access::Second,
    };
    let seconds = cases.iter().filter(|case| second(case)).count();
    let own = (seconds < cases.len() || cases.is_empty()).then_some(Access::Own);
    own.into_iter().chain((seconds > 0).then_some(Access::Second)).collect()
}

/// Whether the reference walk before the cases shows the same data as the one after them.
///
/// Only the walk itself is compared: other plain walks among the cases may be the faulty ones.
fn same_walk(before: &Study, after: &Study, case: &Case) -> bool {
    let keyed = |study: &Study| match study.get(case) {
        Some(crate::study::Seen::Walk(walk)) => {
            walk.rows.iter().filter_map(|row| Some((row.key.clone()?, row.print))).collect::<BTreeMap<_, _>>()
        }
        _ => BTreeMap::new(),
    };
    keyed(before) == keyed(after)
}

pub(super) fn rejudge(check: &Check, operation: &Operation, study: &Study, mark: &str) -> Option<Blame> {
    match (check.judge)(study, operation) {
        Verdict::Judged { blames, .. } => blames.into_iter().find(|blame| blame.mark == mark),
        _ => None,
    }
}
