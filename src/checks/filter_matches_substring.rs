//! See the explanation on [`CHECK`].

use super::Verdict;
use super::filtering::{self, Reading, is_foreign_anyhow, judge_looks};
use crate::case::Case;
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// An exact filter also matches records that merely contain the value.
    ///
    /// ## Why it matters
    /// Whoever looks up one customer by e-mail gets another one whose address contains it, and acts on the wrong account.
    ///
    /// ## Example
    /// `GET /v1/customers?email=ann@example.com` also gives `joann@example.com`.
    ///
    /// ## Source
    /// `filters` of the list's `x-contract` with `match: equal` (the default) or `any-of`.
    id: "filter-matches-substring", family: Filters, level: Deny, proof: Answer,
    faults: ["filter-matches-substring", "filter-matches-prefix"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = filtering::plan_single(study);
    cases.extend(filtering::plan_substrings(study));
    cases
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        (look.reading == Reading::Substring && !is_foreign_anyhow(look, looks)).then(|| {
            look.blame(study, operation, format!("filter `{}` matches parts of values", look.name)).compare(
                "records whose field equals the value",
                look.misfit_words() + "; those that do not fit contain the value",
            )
        })
    })
}
