//! See the explanation on [`CHECK`].

use super::Verdict;
use super::ordering::{self, also_lost_by, balance, completeness_level, judge_looks};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// Records that are equal in the sorted field are repeated or skipped at page borders.
    ///
    /// ## Why it matters
    /// Without a tie-break each page may order equal records anew. Some come twice, others never, and every page looks right.
    ///
    /// ## Example
    /// Sorted by `totalDevicesRented`, 60 customers with one device are spread over two pages; one of them comes on both,
    /// another on none.
    ///
    /// ## Source
    /// A walk over a sorted list shows each record once. The order among equals is not judged.
    id: "sort-ties-unstable", family: Sorting, level: Deny, proof: Compared,
    faults: ["sort-ties-unstable"],
    plan: ordering::plan_orders, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        let balance = balance(study, operation, look);
        let (repeated, missing) = (balance.repeated.len(), balance.missing.len());
        if repeated + missing == 0 || !balance.by_ties || also_lost_by(study, operation, look, looks).is_some() {
            return None;
        }
        Some(
            look.blame(study, operation, format!("sorting by `{}` loses track among equal records", look.wish.name))
                .compare(
                    "every record once, however equal records are ordered",
                    format!("{repeated} records repeated and {missing} missing, all of them ties at a page border"),
                )
                .level(completeness_level(study, operation)),
        )
    })
}
