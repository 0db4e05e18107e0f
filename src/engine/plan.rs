//! What is sent next: what the selected checks want to see, each case once.

use std::collections::HashMap;

use super::Selection;
use super::rounds::Run;
use crate::case::Case;
use crate::checks::{CATALOGUE, Check, Family};
use crate::contract::Operation;
use crate::study::Study;

/// The check that holds one list against another.
const BETWEEN_LISTS: &str = "lists-disagree";

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
            } else if self.feeds(operation, |selection, reader| selection.looks_at(reader))
                || self.is_held_against(operation)
            {
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
        let operations = self.study.contract.operations.iter();
        let named: HashMap<&str, Vec<Family>> = operations
            .map(|operation| (operation.id.as_str(), self.options.selection.named_families(&operation.id)))
            .collect();
        let relied_on = |check: &Check, case: &Case| {
            let families = named.get(case.operation()).into_iter().flatten();
            let on_list = matches!(case, Case::Walk(_) | Case::Again { .. });
            { families }.any(|family| relies(*family, check.family, on_list))
                && self.options.selection.lends(check, case.operation())
        };
        // Checks that look at the same traffic share one plan.
        let mut plans: Vec<(Plan, Vec<Case>)> = Vec::new();
        for check in by_family.into_iter().filter(own) {
            let known = plans.iter().position(|(plan, _)| std::ptr::fn_addr_eq(*plan, check.plan));
            let index = known.unwrap_or_else(|| {
                plans.push((check.plan, (check.plan)(&self.study)));
                plans.len() - 1
            });
            for case in plans[index].1.clone() {
                let on = self.options.selection.plans(check, case.operation())
                    || self.pulls_in(check, &case)
                    || relied_on(check, &case);
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

    /// Whether another list that is looked at is held against this one, the first of its records.
    fn is_held_against(&self, list: &Operation) -> bool {
        let selection = &self.options.selection;
        let Some(lists) = list.clause.lists.as_ref().filter(|_| !selection.skip.contains(&list.id)) else {
            return false;
        };
        let is_first = self.study.list_of(&lists.resource).is_some_and(|(first, _)| first.id == list.id);
        let compares = |other: &Operation| {
            crate::checks::find(BETWEEN_LISTS).is_some_and(|check| selection.disabled(check, &other.id).is_none())
        };
        is_first
            && self.study.lists().any(|(other, theirs)| {
                other.id != list.id
                    && theirs.resource == lists.resource
                    && selection.looks_at(&other.id)
                    && compares(other)
            })
    }

    /// Whether a check on single records may walk a list for their keys.
    fn pulls_in(&self, check: &Check, case: &Case) -> bool {
        let (Case::Walk(walk), Family::Records | Family::Access) = (case, check.family) else { return false };
        let list = self.study.contract.operation(&walk.query.operation).filter(|_| walk.query.is_whole());
        list.is_some_and(|list| self.feeds(list, |selection, reader| selection.plans(check, reader)))
    }
}

/// Whether checks of one family judge what those of another ask for: every answer counts for its shape, every walk for its
/// pages, and what is filtered, sorted or read is held against whole lists. Probes of access and of the protocol are sent
/// for those alone.
fn relies(judging: Family, planning: Family, on_list: bool) -> bool {
    match judging {
        Family::Answers => matches!(planning, Family::Paging | Family::Filters | Family::Sorting | Family::Records),
        Family::Paging => match planning {
            Family::Paging | Family::Filters | Family::Sorting => true,
            Family::Records => on_list,
            _ => false,
        },
        Family::Filters => matches!(planning, Family::Paging | Family::Filters),
        Family::Sorting => matches!(planning, Family::Paging | Family::Filters | Family::Sorting),
        Family::Records => matches!(planning, Family::Paging | Family::Records),
        Family::Access | Family::Protocol => false,
    }
}
