//! See the explanation on [`CHECK`].

use std::collections::HashSet;

use super::filtering::{self, Reading, judge_looks};
use super::{Verdict, not_applicable};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A filter on a unique field gives more than one record.
    ///
    /// ## Why it matters
    /// Consumers take the first record of a look-up by external id. When there are two, which one they get is chance.
    ///
    /// ## Example
    /// `external_id=crm-7` gives two customers, both with that external id.
    ///
    /// ## Source
    /// `unique` of the filter in the list's `x-contract`, which also gives the level.
    id: "filter-not-unique", family: Filters, level: Deny, proof: Answer,
    faults: ["alias-not-unique"],
    plan: filtering::plan_single, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let lists = operation.clause.lists.as_ref();
    if lists.is_some_and(|lists| lists.filters.values().all(|filter| filter.unique.is_none())) {
        return not_applicable("the contract promises no unique filter here");
    }
    judge_looks(study, operation, &|look, _| {
        let grade = look.filter.unique.as_ref()?;
        let single = look.value.as_array().is_none_or(|values| values.len() == 1);
        let keys: HashSet<&str> = look.walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
        (look.reading == Reading::Fits && single && keys.len() > 1).then(|| {
            look.blame(study, operation, format!("filter `{}` gives more than one record", look.name))
                .compare("at most one record", format!("{} records", keys.len()))
                .under(study, &grade.0, Level::Deny)
        })
    })
}
