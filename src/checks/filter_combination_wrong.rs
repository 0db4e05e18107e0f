//! See the explanation on [`CHECK`].

use std::collections::HashSet;

use super::filtering::{
    self, Must, Reading, clause, exposed, looks, plan_combined, refusal, row_pointer, sent_at, sent_refused,
};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::contract::semantics::{About, Lists};
use crate::finding::Level;
use crate::study::{Model, Study, WalkSeen};

check! {
    /// Filters sent together do not give the records that fit all of them.
    ///
    /// ## Why it matters
    /// Each filter alone works, so nobody suspects the two together: one wins, or records that fit either of them come.
    ///
    /// ## Example
    /// `status=inactive&customerType=business` gives inactive customers of any type.
    ///
    /// ## Source
    /// `filters` of the list's `x-contract`; `combine` sets the level at which they must give their intersection.
    id: "filter-combination-wrong", family: Filters, level: Deny, proof: Compared,
    faults: ["filter-combination-ignored", "filter-or-instead-of-and", "filter-combination-empty", "filter-combination-refused"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = filtering::plan_single(study);
    cases.extend(plan_combined(study));
    cases
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else {
        return not_applicable("the operation lists nothing");
    };
    if lists.filters.len() < 2 {
        return not_applicable("there are no two filters to combine");
    }
    let filters: Vec<_> = lists.filters.values().collect();
    if !filters.iter().enumerate().any(|(at, one)| filters[at + 1..].iter().any(|two| one.goes_with(two))) {
        return not_applicable("all filters take one and the same place, and no template joins them");
    }
    // A filter that fails alone is blamed alone.
    let looks = looks(study, operation);
    let broken: HashSet<&str> = looks
        .iter()
        .filter(|look| {
            !look.unknown && !look.is_second() && (look.reading != Reading::Fits || !look.missing.is_empty())
        })
        .map(|look| look.name)
        .collect();
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id) {
        let query = &walk.walk.query;
        let combined = query.filters.len() > 1 && query.sort.is_none() && query.access == Access::Own;
        if !combined || query.filters.iter().any(|(name, _)| broken.contains(name.as_str())) {
            continue;
        }
        ruling.walked(walk);
        if let Some(blame) = of_walk(study, operation, (lists, model), (case, walk)) {
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive(
        "no combination of filters was seen that tells more than one of them alone",
        "supply a tenant whose records differ in the filtered fields",
    )
}

fn of_walk(
    study: &Study,
    operation: &Operation,
    (lists, model): (&Lists, &Model),
    (case, walk): (&Case, &WalkSeen),
) -> Option<Blame> {
    let names: Vec<&str> = walk.walk.query.filters.iter().map(|(name, _)| name.as_str()).collect();
    let label = names.join("` and `");
    let first = walk.misfits.iter().find(|(_, name)| names.contains(&name.as_str()));
    let make = |title: String, actual: String, row: Option<usize>| {
        let none = About::default();
        let about = lists.combine.as_ref().map_or(&none, |grade| &grade.0);
        let mut blame = Blame::of_cases(title, vec![case.clone()], sent_at(walk, row))
            .compare("the records that fit all filters", actual)
            .by(&study.contract, clause(operation, "filters"))
            .under(study, about, Level::Deny)
            .mark(names.join("+"));
        blame.exposed = exposed(walk);
        blame
    };
    if let Some((status, page)) = refusal(study, walk) {
        let title = format!("filters `{label}` are refused together");
        let blame = make(title, format!("status {status} on page {page}"), None);
        return Some(Blame { sent: sent_refused(walk), ..blame });
    }
    if let Some((row, name)) = first {
        let rows: HashSet<usize> = walk.misfits.iter().map(|(row, _)| *row).collect();
        let actual = format!("{} of {} records do not fit all of them", rows.len(), walk.rows.len());
        let title = format!("filters `{label}` together let through records that do not fit `{name}`");
        let mut blame = make(title, actual, Some(*row));
        // The record itself shows that it does not fit, wherever the rest has moved to.
        blame.compares = false;
        return Some(match lists.filters.get(name).and_then(|filter| filter.field.as_ref()) {
            Some(field) => blame.at(row_pointer(lists, walk, *row, field)),
            None => blame,
        });
    }
    let partial = names.iter().any(|name| lists.filters.get(*name).is_some_and(|filter| filter.partial));
    let reference = study.reference(&operation.id).filter(|_| walk.is_complete() && !partial)?;
    let seen: HashSet<&str> = walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
    let must = Must::new(lists, model, &walk.walk.query, reference);
    let wanted: Vec<&str> =
        reference.rows.iter().filter(|row| must.hold(row)).filter_map(|row| row.key.as_deref()).collect();
    let missing: Vec<&&str> = wanted.iter().filter(|key| !seen.contains(**key)).collect();
    let first = missing.first()?;
    let actual = format!("{} of {} records are missing", missing.len(), wanted.len());
    Some(make(format!("filters `{label}` together drop records that fit"), actual, None).shown(**first))
}
