//! What is sent next: what the selected checks want to see, each case once.

use super::{Run, Selection};
use crate::case::Case;
use crate::checks::{CATALOGUE, Check, Family};
use crate::contract::Operation;
use crate::study::Study;

/// What a check wants to see, given what was seen so far.
type Plan = fn(&Study) -> Vec<Case>;

impl Run<'_> {
    pub(super) fn plan(&self) -> Vec<(Family, Case)> {
        let mut keys = std::collections::HashSet::new();
        let mut planned: Vec<(Family, Case)> = Vec::new();
        // Everything starts from the walks over whole lists, whatever was selected.
        for (operation, lists) in self.study.lists() {
            let mut walks = Vec::new();
            if self.options.selection.looks_at(&operation.id) {
                walks = vec![self.study.reference_walk(operation, lists), self.study.default_walk(operation)];
            } else if self.feeds(operation, |selection, reader| selection.looks_at(reader)) {
                walks = vec![self.study.reference_walk(operation, lists)];
            }
            for case in walks.into_iter().map(Case::Walk) {
                if !self.study.has(&case) && keys.insert(case.key()) {
                    planned.push((Family::Paging, case));
                }
            }
        }
        let mut by_family: Vec<&Check> = CATALOGUE.iter().collect();
        by_family.sort_by_key(|check| check.family);
        let contract = &self.study.contract.name;
        let own = |check: &&Check| self.options.selection.shard.is_none_or(|shard| shard.holds(contract, check.id));
        // Checks that look at the same traffic share one plan.
        let mut plans: Vec<(Plan, Vec<Case>)> = Vec::new();
        for check in by_family.into_iter().filter(own) {
            let known = plans.iter().position(|(plan, _)| std::ptr::fn_addr_eq(*plan, check.plan));
            let index = known.unwrap_or_else(|| {
                plans.push((check.plan, (check.plan)(&self.study)));
                plans.len() - 1
            });
            for case in plans[index].1.clone() {
                let on = self.options.selection.plans(check, case.operation()) || self.pulls_in(check, &case);
                if on && !self.study.has(&case) && keys.insert(case.key()) {
                    planned.push((check.family, case));
                }
            }
        }
        planned
    }

    /// Whether a list is asked although nobody judges it: a selected operation reads its records by their keys.
    fn feeds(&self, list: &Operation, wants: impl Fn(&Selection, &str) -> bool) -> bool {
        let selection = &self.options.selection;
        let Some(lists) = list.clause.lists.as_ref().filter(|_| !selection.skip.contains(&list.id)) else {
            return false;
        };
        self.study.contract.operations.iter().any(|operation| {
            let reads = operation.clause.reads.as_ref();
            reads.is_some_and(|reads| reads.resource == lists.resource) && wants(selection, &operation.id)
        })
    }

    /// Whether a check on single records may walk a list for their keys.
    fn pulls_in(&self, check: &Check, case: &Case) -> bool {
        let (Case::Walk(walk), Family::Records | Family::Access) = (case, check.family) else { return false };
        let list = self.study.contract.operation(&walk.query.operation).filter(|_| walk.query.is_whole());
        list.is_some_and(|list| self.feeds(list, |selection, reader| selection.plans(check, reader)))
    }
}
