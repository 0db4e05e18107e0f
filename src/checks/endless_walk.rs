//! See the explanation on [`CHECK`].

use super::{Verdict, paging};
use crate::contract::Operation;
use crate::study::{End, Study};

check! {
    /// A walk goes on for ever: page after page without a new record, or of empty pages.
    ///
    /// ## Why it matters
    /// Consumers that follow the paging never finish.
    ///
    /// ## Example
    /// The last page points to itself.
    ///
    /// ## Source
    /// `next` of the list's paging: a token leads on.
    id: "endless-walk", family: Paging, level: Deny, proof: Walk,
    faults: ["walk-never-ends", "empty-pages-for-ever-under-filter"],
    explains: paging::WHAT_WALKS_SHOW,
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    paging::judge_ends(
        study,
        operation,
        End::Endless,
        ("a walk never ends", "an end once every record was shown", "page after page without a new record"),
    )
}
