//! Where a fault of a walk stands: in the document, in the requests, in the body.

use crate::contract::Operation;
use crate::contract::semantics::Lists;
use crate::exchange::Sent;
use crate::study::{End, WalkSeen};

/// Pointer into `x-contract.lists` of an operation.
pub(crate) fn clause(operation: &Operation, rest: &str) -> String {
    format!("{}/x-contract/lists/{rest}", operation.pointer)
}

/// Answers of a walk that could have shown a fault.
pub(crate) fn exposed(walk: &WalkSeen) -> u32 {
    u32::try_from(walk.pages.len().max(1)).unwrap_or(u32::MAX)
}

/// The request whose answer shows a record; the first of the walk when there is none.
pub(crate) fn sent_at(walk: &WalkSeen, row: Option<usize>) -> Vec<Sent> {
    let page = row.map_or(0, |row| walk.page_of(row));
    walk.answer(page).or(walk.answers.last()).map(|answer| vec![answer.sent.clone()]).unwrap_or_default()
}

/// The request that a walk ends at because it is refused, after the one whose answer leads to it.
pub(crate) fn sent_refused(walk: &WalkSeen) -> Vec<Sent> {
    let End::Broken(index) = walk.end else { return sent_at(walk, None) };
    let before = walk.pages.last().copied().filter(|before| *before < index);
    before.into_iter().chain([index]).filter_map(|at| Some(walk.answers.get(at)?.sent.clone())).collect()
}

/// Pointer to a field of a record in the body of its page.
pub(crate) fn row_pointer(lists: &Lists, walk: &WalkSeen, row: usize, field: &str) -> String {
    let start = walk.starts.get(walk.page_of(row)).copied().unwrap_or_default();
    format!("{}{field}", lists.place(row - start))
}
