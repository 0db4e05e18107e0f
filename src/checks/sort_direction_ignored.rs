//! See the explanation on [`CHECK`].

use super::Verdict;
use super::ordering::{self, Reading, direction_word, judge_looks};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// Both directions of an order give the same order.
    ///
    /// ## Why it matters
    /// *Smallest first* shows the largest: a job that handles the oldest records first handles the newest.
    ///
    /// ## Example
    /// `sortBy=totalMonthlyRevenue` with `sortDir=asc` and with `sortDir=desc` both begin with the largest revenue.
    ///
    /// ## Source
    /// `sort` of the list's `x-contract`: `direction`, or the direction of a value.
    id: "sort-direction-ignored", family: Sorting, level: Deny, proof: Walk,
    faults: ["sort-direction-ignored"],
    plan: ordering::plan_orders, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        let (Reading::Opposite, Some(direction)) = (&look.reading, look.wish.direction) else { return None };
        let twin = twin(look, looks)?;
        let mut blame = look
            .blame(study, operation, format!("the direction of sorting by `{}` is ignored", look.wish.name))
            .compare(
                format!("records in {} order of `{}`", direction_word(direction), look.wish.field.field),
                "the opposite order, the same as for the other direction",
            );
        blame.cases.insert(0, twin.case.clone());
        blame.sent.splice(0..0, super::filtering::sent_at(twin.walk, None));
        Some(blame)
    })
}

/// The walk over the same field in the other direction, if that one is in order.
pub(super) fn twin<'b, 'a>(
    look: &ordering::Look<'a>,
    looks: &'b [ordering::Look<'a>],
) -> Option<&'b ordering::Look<'a>> {
    looks.iter().find(|other| {
        other.wish.field.field == look.wish.field.field
            && other.wish.direction != look.wish.direction
            && other.is_second() == look.is_second()
            && other.reading == Reading::Ordered
    })
}
