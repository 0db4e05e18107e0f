//! See the explanation on [`CHECK`].

use super::Verdict;
use super::filter_misreads_special_characters::plain_peer;
use super::filtering::{self, Reading, judge_looks};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A filtered list lacks records that fit the filter.
    ///
    /// ## Why it matters
    /// What is missing cannot be seen in the answer. Reports come out too low, and a customer who is looked up seems not to
    /// exist.
    ///
    /// ## Example
    /// The whole list shows 48 customers with `status: inactive`; `status=inactive` gives 47.
    ///
    /// ## Source
    /// `filters` of the list's `x-contract`: field and kind of match; compared with a walk over the whole list.
    id: "filter-drops-records", family: Filters, level: Deny, proof: Compared,
    faults: ["filter-drops-match", "filter-drops-first-match", "filter-drops-capitals", "list-filter-takes-first", "list-filter-wants-all"],
    plan: filtering::plan_single, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        if look.missing.is_empty() || !matches!(look.reading, Reading::Fits) {
            return None;
        }
        // In another case, or with special characters, other checks speak as long as the filter works otherwise.
        let other_case = study.reference(&operation.id).is_some_and(|reference| look.is_other_case(reference));
        if other_case || (look.is_special() && plain_peer(look, looks).is_some()) {
            return None;
        }
        let level = if look.filter.partial { Level::Note } else { study.level(&look.filter.about, Level::Deny) };
        let mut blame = look
            .blame(study, operation, format!("filter `{}` drops records that fit", look.name))
            .compare(
                format!("all {} known records that fit", look.wanted),
                format!("{} of them are missing", look.missing.len()),
            )
            .level(level)
            .shown(format!("{} = {}: missing {}", look.name, look.value, look.missing[0]));
        blame.cases.splice(0..0, look.shown_by.clone());
        Some(blame)
    })
}
