//! From a fault to the smallest case that still shows it: each simpler case is sent and judged by the same check.

use std::sync::Arc;

use super::confirm::rejudge;
use super::run::Runner;
use super::shrink::CaseTree;
use super::tell;
use crate::case::Case;
use crate::checks::{Blame, Check};
use crate::contract::Operation;
use crate::finding::Exhibit;
use crate::study::Study;

/// Most requests spent on shrinking one fault.
const SHRINK_REQUESTS: u64 = 30;

/// Reduces the last case of a fault, with at most so many requests; `None` when nothing simpler shows it.
pub(super) async fn reduce(
    runner: &Runner,
    study: &Study,
    (check, operation): (&Check, &Operation),
    blame: &Blame,
    most: u64,
) -> Option<(Blame, Vec<Exhibit>)> {
    let last = blame.cases.last()?;
    let contract = Arc::clone(&study.contract);
    let mut tree = CaseTree::new(&contract, operation, last.clone());
    let limit = runner.target.requests() + most.min(SHRINK_REQUESTS);
    let mut best = None;
    let beside = beside(study, blame, last);
    let mut more = tree.advance();
    while more && runner.target.requests() < limit && runner.target.stop().is_none() {
        let case = tree.current();
        // The first case that shows a fault is the one that is told: the tried one stands before the others.
        let mut attempt = study.fresh();
        let seen = runner.perform(&case, study).await;
        attempt.add(case.clone(), seen);
        beside.iter().for_each(|case| attempt.share(case, study));
        let found = rejudge(check, operation, &attempt, &blame.mark);
        // A smaller case that reads as something else would tell another story.
        let found = found.filter(|found| found.title == blame.title);
        let found = found.filter(|found| found.cases.iter().any(|of| of.key() == case.key() || same_call(of, &case)));
        if let Some(found) = found {
            let exchanges = tell::exchanges(&attempt, &found);
            best = Some((found, exchanges));
            tree.accept(&contract, operation);
        }
        more = tree.advance();
    }
    best
}

/// What a case is judged beside: the other cases of the fault, and the plain walks.
fn beside<'a>(study: &'a Study, blame: &'a Blame, last: &Case) -> Vec<&'a Case> {
    let mut beside: Vec<&Case> = blame.cases[..blame.cases.len() - 1].iter().collect();
    for (case, _) in study.iter() {
        if matches!(case, Case::Walk(walk) if walk.query.is_plain()) && !beside.contains(&case) && case != last {
            beside.push(case);
        }
    }
    beside
}

/// Whether two calls differ in nothing but their repetition mark.
fn same_call(one: &Case, two: &Case) -> bool {
    match (one, two) {
        (Case::Call(one), Case::Call(two)) => {
            let mut one = one.clone();
            one.repeat = two.repeat;
            one.key() == two.key()
        }
        _ => false,
    }
}
