//! See the explanation on [`CHECK`].

use super::Verdict;
use super::ordering::{self, Reading, is_unsupported, judge_looks};
use super::sort_direction_ignored::twin;
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// Asking for an order has no effect: the records come in the default order.
    ///
    /// ## Why it matters
    /// Whoever reads only the first page of the customers by revenue gets arbitrary customers that look like the largest.
    ///
    /// ## Example
    /// `sortBy=totalMonthlyRevenue&sortDir=desc` gives the same records in the same order as no sorting at all.
    ///
    /// ## Source
    /// `sort` of the list's `x-contract`; `unsupported` sets the level when sorting as a whole has no effect.
    id: "sort-ignored", family: Sorting, level: Deny, proof: Walk,
    faults: ["sort-ignored", "sort-field-ignored"],
    plan: ordering::plan_orders, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        let sort = operation.clause.lists.as_ref()?.sort.as_ref()?;
        let name = &look.wish.name;
        let (title, actual) = match look.reading {
            Reading::Default if both_directions(look, looks) && !is_of_direction(study, look, looks) => {
                (format!("sorting by `{name}` is ignored"), "the default order: ")
            }
            Reading::DefaultReversed => {
                (format!("sorting by `{name}` is ignored, only the direction counts"), "the default order reversed: ")
            }
            _ => return None,
        };
        let blame = look
            .blame(study, operation, title)
            .compare(format!("records in the order of `{name}`"), format!("{actual}{}", look.words()))
            .mark(name.as_ref());
        Some(match &sort.unsupported {
            Some(grade) if is_unsupported(looks, |reading| *reading == Reading::Default) => {
                blame.under(study, &grade.0, Level::Deny)
            }
            _ => blame,
        })
    })
}

/// Whether an order that is in the opposite direction throughout is the default one because directions are ignored: those of
/// another field are, and weigh as much.
fn is_of_direction(study: &Study, look: &ordering::Look<'_>, looks: &[ordering::Look<'_>]) -> bool {
    let level = |look: &ordering::Look<'_>| look.wish.field.level(study.means.strict);
    look.opposite
        && looks.iter().any(|other| {
            let another = other.wish.field.field != look.wish.field.field && level(other) >= level(look);
            another && other.reading == Reading::Opposite && twin(other, looks).is_some()
        })
}

/// Whether no direction of this field shows anything but the default order; one that is in order by itself may have been
/// there before.
pub(super) fn both_directions(look: &ordering::Look<'_>, looks: &[ordering::Look<'_>]) -> bool {
    looks.iter().filter(|other| other.wish.field.field == look.wish.field.field && !other.is_second()).all(|other| {
        matches!(
            other.reading,
            Reading::Default | Reading::Unjudged | Reading::DefaultReversed | Reading::Ordered | Reading::Refused(..)
        )
    })
}
