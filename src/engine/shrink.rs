//! The smallest case that still shows a fault: `limit=2`, not `limit=87&status=active&sortBy=email`.
//!
//! Each step is sent to the target and judged by the same check.

use serde_json::Value;

use crate::case::{Call, Case, Walk};
use crate::contract::{Contract, Operation};

/// A case and the way to simpler ones.
#[derive(Debug)]
pub(super) struct CaseTree {
    best: Case,
    trying: Option<Case>,
    candidates: Vec<Case>,
}

impl CaseTree {
    pub(super) fn new(contract: &Contract, operation: &Operation, case: Case) -> Self {
        let mut candidates = simpler(contract, operation, &case);
        candidates.reverse();
        Self { best: case, trying: None, candidates }
    }

    /// Takes the case being tried as the best one, and starts over from it.
    pub(super) fn accept(&mut self, contract: &Contract, operation: &Operation) {
        if let Some(case) = self.trying.take() {
            self.candidates = simpler(contract, operation, &case);
            self.candidates.reverse();
            self.best = case;
        }
    }

    /// The case to try.
    pub(super) fn current(&self) -> Case {
        self.trying.clone().unwrap_or_else(|| self.best.clone())
    }

    /// Goes on to the next simpler case; false when there is none that was not tried.
    pub(super) fn advance(&mut self) -> bool {
        self.trying = self.candidates.pop();
        self.trying.is_some()
    }

    /// The simplest case known to show the fault.
    #[cfg(test)]
    fn best(&self) -> &Case {
        &self.best
    }
}

/// Simpler cases, the boldest first.
fn simpler(contract: &Contract, operation: &Operation, case: &Case) -> Vec<Case> {
    match case {
        Case::Walk(walk) => simpler_walks(walk).into_iter().map(Case::Walk).collect(),
        Case::Call(call) => simpler_calls(contract, operation, call).into_iter().map(Case::Call).collect(),
        Case::Again { .. } => Vec::new(),
    }
}

fn simpler_walks(walk: &Walk) -> Vec<Walk> {
    let mut found = Vec::new();
    let mut push = |change: &dyn Fn(&mut Walk)| {
        let mut other = walk.clone();
        change(&mut other);
        if other != *walk {
            found.push(other);
        }
    };
    if walk.query.filters.len() > 1 {
        for index in 0..walk.query.filters.len() {
            push(&|other| {
                other.query.filters.remove(index);
            });
        }
    } else {
        push(&|other| other.query.filters.clear());
    }
    push(&|other| other.query.sort = None);
    push(&|other| other.query.expand.clear());
    for pages in [1, 2, 3] {
        if walk.pages.is_none_or(|most| most > pages) {
            push(&|other| other.pages = Some(pages));
        }
    }
    if let Some(size) = walk.query.size {
        for smaller in [1, 2, 3, 5, size / 2] {
            if smaller > 0 && smaller < size {
                // A small size over a long list would cost more than it explains.
                push(&|other| {
                    other.query.size = Some(smaller);
                    other.pages = Some(other.pages.unwrap_or(3).min(3));
                });
            }
        }
    }
    found
}

fn simpler_calls(contract: &Contract, operation: &Operation, call: &Call) -> Vec<Call> {
    let tenant = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    let size = operation.clause.lists.as_ref().and_then(|lists| lists.page.size.as_ref()).map(|size| &size.slot);
    let mut found = Vec::new();
    for (index, (slot, value)) in call.values.iter().enumerate() {
        let required = operation.parameter(slot).is_some_and(|parameter| parameter.required);
        if !required && tenant != Some(slot) {
            let mut other = call.clone();
            other.values.remove(index);
            found.push(other);
        }
        if let (true, Some(number)) = (size == Some(slot), value.as_u64()) {
            for smaller in [1, 2, number / 2].into_iter().filter(|smaller| (1..number).contains(smaller)) {
                let mut other = call.clone();
                other.values[index].1 = Value::from(smaller);
                found.push(other);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Query;
    use serde_json::json;

    /// Shrinks with a pretend fault.
    fn shrink(case: Case, fails: impl Fn(&Case) -> bool) -> Case {
        let contract = Contract::shipped("flexportal").expect("is shipped");
        let operation = contract.operation("listCustomers").expect("has a list");
        let mut tree = CaseTree::new(&contract, operation, case);
        let mut more = tree.advance();
        while more {
            if fails(&tree.current()) {
                tree.accept(&contract, operation);
            }
            more = tree.advance();
        }
        tree.best().clone()
    }

    #[test]
    fn what_does_not_matter_is_dropped() {
        let mut query = Query::new("listCustomers", Some(87));
        query = query.filter("status", json!("active")).filter("customerType", json!("business"));
        let found = shrink(Case::walk(query), |case| match case {
            Case::Walk(walk) => walk.query.size.is_some_and(|size| size >= 2) && walk.pages != Some(1),
            _ => false,
        });
        let Case::Walk(walk) = found else { panic!("still a walk") };
        assert_eq!((walk.query.size, walk.pages, walk.query.filters.len()), (Some(2), Some(2), 0));
    }

    #[test]
    fn what_matters_stays() {
        let query = Query::new("listCustomers", Some(40)).filter("status", json!("active"));
        let found =
            shrink(Case::walk(query), |case| matches!(case, Case::Walk(walk) if !walk.query.filters.is_empty()));
        let Case::Walk(walk) = found else { panic!("still a walk") };
        assert_eq!((walk.query.filters.len(), walk.query.size, walk.pages), (1, Some(1), Some(1)));
    }
}
