//! What the checks on orders share: which orders there are, how they are walked, and how a walk reads.

mod balance;
mod looks;
mod plans;
mod ranks;
mod read;
mod twins;
mod wishes;

use super::{Blame, Ruling, Verdict, not_applicable};
use crate::contract::Operation;
use crate::contract::semantics::Direction;
use crate::finding::Level;
use crate::study::Study;

pub(super) use balance::{also_lost_by, balance};
pub(super) use looks::{Look, Reading, is_unsupported, looks};
pub(super) use plans::{plan_orders, plan_sorted_and_filtered};
pub(super) use ranks::{inversions, ranks};
pub(super) use wishes::{Wish, wishes};

/// `ascending` or `descending`.
pub(super) fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => "ascending",
        Direction::Descending => "descending",
    }
}

/// The level of a walk that repeats or loses records: whatever is promised of the order, every record comes once. What a
/// field of the order says is about where records stand.
pub(super) fn completeness_level(study: &Study, operation: &Operation) -> Level {
    let sort = operation.clause.lists.as_ref().and_then(|lists| lists.sort.as_ref());
    sort.map_or(Level::Deny, |sort| study.level(&sort.about, Level::Deny))
}

/// What a look means to a check.
pub(super) type Opinion<'a> = dyn Fn(&Look<'a>, &[Look<'a>]) -> Option<Blame> + 'a;

/// Judges every sorted walk; one blame per mark.
pub(super) fn judge_looks<'a>(study: &'a Study, operation: &'a Operation, opinion: &Opinion<'a>) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if lists.sort.as_ref().is_none_or(|sort| wishes(sort).is_empty()) {
        return not_applicable("the contract promises no order that can be asked for");
    }
    let looks = looks(study, operation);
    let mut ruling = Ruling::default();
    for look in &looks {
        ruling.evidence.pages += look.walk.pages.len() as u64;
        ruling.evidence.pairs += look.compared as u64;
        if let Some(blame) = opinion(look, &looks) {
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive(
        "no sorted list was answered with values that can be compared",
        "supply a tenant with several records whose sorted fields are set and differ",
    )
}
