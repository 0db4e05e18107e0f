//! See the explanation on [`CHECK`].

use super::Verdict;
use super::filtering::{self, Reading, judge_looks};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A documented filter is refused although its value is lawful.
    ///
    /// ## Why it matters
    /// A consumer that follows the documentation gets an error instead of records.
    ///
    /// ## Example
    /// `GET /v1/customers?status=active` is answered with status 400.
    ///
    /// ## Source
    /// `filters` of the list's `x-contract`, and the parameter that it names. `unsupported` sets the level.
    id: "filter-refused", family: Filters, level: Deny, proof: Refusal,
    faults: ["filter-refused", "filter-forbidden"],
    plan: filtering::plan_single, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        let Reading::Refused(status, page) = look.reading else { return None };
        let works = looks.iter().any(|other| {
            other.name == look.name && !other.is_special() && !matches!(other.reading, Reading::Refused(..))
        });
        if look.is_special() && works {
            return None;
        }
        let title = if page == 1 {
            format!("filter `{}` is refused with a lawful value", look.name)
        } else {
            format!("filter `{}` is refused in mid-walk", look.name)
        };
        let about = look.filter.unsupported.as_ref().map_or(&look.filter.about, |grade| &grade.0);
        Some(
            look.blame(study, operation, title)
                .compare("the records that fit", format!("status {status} on page {page}"))
                .under(study, about, Level::Deny),
        )
    })
}
