//! See the explanation on [`CHECK`].

use super::filtering::{self, Joint, broken_alone, plan_combined};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::contract::semantics::About;
use crate::finding::Level;
use crate::study::Study;

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
    let broken = broken_alone(study, operation);
    let (mut ruling, none) = (Ruling::default(), About::default());
    for (case, walk) in study.walks(&operation.id) {
        let query = &walk.walk.query;
        let combined = query.filters.len() > 1 && query.sort.is_none() && query.access == Access::Own;
        if !combined || query.filters.iter().any(|(name, _)| broken.contains(name.as_str())) {
            continue;
        }
        ruling.walked(walk);
        let joint = Joint {
            study,
            operation,
            lists,
            model,
            case,
            walk,
            place: "filters",
            about: lists.combine.as_ref().map_or(&none, |grade| &grade.0),
            level: Level::Deny,
            mark: Joint::names(walk).join("+"),
        };
        if let Some(blame) = of_walk(&joint) {
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive(
        "no combination of filters was seen that tells more than one of them alone",
        "supply a tenant whose records differ in the filtered fields",
    )
}

fn of_walk(joint: &Joint<'_>) -> Option<Blame> {
    const EXPECTED: &str = "the records that fit all filters";
    let label = format!("filters `{}`", Joint::names(joint.walk).join("` and `"));
    let misfit = |name: &str| format!("{label} together let through records that do not fit `{name}`");
    joint
        .refused(&label, EXPECTED)
        .or_else(|| joint.misfit(misfit, EXPECTED))
        .or_else(|| joint.missing(format!("{label} together drop records that fit"), EXPECTED))
}
