//! See the explanation on [`CHECK`].

use super::Verdict;
use super::filtering::{self, Reading, judge_looks};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A filter has no effect: the same records come as without it.
    ///
    /// ## Why it matters
    /// The answer looks perfect in every field, so nothing but a comparison tells the consumer that all records came
    /// instead of those asked for.
    ///
    /// ## Example
    /// `GET /v1/customers?status=inactive` gives all customers, active ones too.
    ///
    /// ## Source
    /// `filters` of the list's `x-contract`. `unsupported` sets the level, where a filter need not be supported at all.
    id: "filter-ignored", family: Filters, level: Deny, proof: Answer,
    faults: ["filter-ignored", "one-filter-ignored", "last-filter-ignored", "filter-ignored-on-first-page"],
    plan: filtering::plan_single, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, _| {
        if look.reading != Reading::NoEffect {
            return None;
        }
        let about = look.filter.unsupported.as_ref().map_or(&look.filter.about, |grade| &grade.0);
        Some(
            look.blame(study, operation, format!("filter `{}` is ignored", look.name))
                .compare("only records that fit the filter", look.misfit_words() + ", the same as without the filter")
                .under(study, about, Level::Deny),
        )
    })
}
