//! See the explanation on [`CHECK`].

use super::Verdict;
use super::filtering::{self, Reading, judge_looks, shows_effect};
use crate::case::Case;
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// A filtered list shows records that do not fit the filter.
    ///
    /// ## Why it matters
    /// A job that acts on all *inactive* customers acts on some active ones too. The first page is often right, so a glance
    /// does not show it.
    ///
    /// ## Example
    /// `GET /v1/customers?status=inactive&limit=20`: from the second page on, active customers come too.
    ///
    /// ## Source
    /// `filters` of the list's `x-contract`: field and kind of match.
    id: "filter-lets-foreign-through", family: Filters, level: Deny, proof: Answer,
    faults: ["filter-lets-one-through", "filter-lets-one-through-late", "filter-ignored-after-first-page", "filter-inverted", "flag-filter-inverted", "filter-ignored-for-one-tenant", "filter-reads-wildcards"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = filtering::plan_single(study);
    cases.extend(filtering::plan_wildcards(study));
    cases
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        if look.reading != Reading::Foreign {
            return None;
        }
        // The second tenant's records tell something new only where the own ones are right.
        let own_wrong = looks.iter().any(|other| {
            other.name == look.name && !other.is_second() && !other.unknown && other.reading != Reading::Fits
        });
        if look.is_second() && own_wrong {
            return None;
        }
        let whose = if look.is_second() { " for the second tenant" } else { "" };
        let title = format!("filter `{}` lets through records that do not fit{whose}", look.name);
        let mut blame =
            look.blame(study, operation, title).compare("only records that fit the filter", look.misfit_words());
        // What tells it from a filter without effect is that it works elsewhere.
        if let Some(working) = looks
            .iter()
            .find(|other| other.name == look.name && shows_effect(study, other))
            .filter(|_| !look.is_second())
        {
            blame.cases.insert(0, working.case.clone());
        }
        Some(blame)
    })
}
