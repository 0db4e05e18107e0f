//! See the explanation on [`CHECK`].

use super::Verdict;
use super::filtering::{self, Reading, is_foreign_anyhow, judge_looks};
use crate::case::Case;
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A filter treats upper and lower case otherwise than documented.
    ///
    /// ## Why it matters
    /// Identifiers that differ in case only belong to different records; names that differ in case only usually do not.
    ///
    /// ## Example
    /// `external_id=CRM-7` also gives the customer with the external id `crm-7`.
    ///
    /// ## Source
    /// `case` of the filter in the list's `x-contract`: `exact` (the default) or `ignore`; `either` promises nothing.
    id: "filter-wrong-case", family: Filters, level: Deny, proof: Compared,
    faults: ["filter-ignores-case", "filter-minds-case"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = filtering::plan_single(study);
    cases.extend(filtering::plan_cases(study));
    cases
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        if look.reading == Reading::WrongCase {
            return (!is_foreign_anyhow(look, looks)).then(|| {
                look.blame(study, operation, format!("filter `{}` ignores case", look.name))
                    .compare("records whose field equals the value, case included", look.misfit_words())
            });
        }
        let reference = study.reference(&operation.id)?;
        let dropped = look.reading == Reading::Fits && !look.missing.is_empty() && look.is_other_case(reference);
        let level = if look.filter.partial { Level::Note } else { study.level(&look.filter.about, Level::Deny) };
        // In its own case the filter works.
        let peer = looks.iter().find(|other| {
            let well = other.reading == Reading::Fits && other.missing.is_empty() && other.wanted > 0;
            other.name == look.name && well && !other.is_other_case(reference)
        });
        peer.filter(|_| dropped).map(|peer| {
            let mut blame = look
                .blame(study, operation, format!("filter `{}` does not ignore case", look.name))
                .compare(
                    "records whose field equals the value, case ignored",
                    format!("{} of {} records are missing", look.missing.len(), look.wanted),
                )
                .level(level);
            blame.cases.insert(0, peer.case.clone());
            blame
        })
    })
}
