//! See the explanation on [`CHECK`].

use super::{Verdict, paging};
use crate::contract::Operation;
use crate::study::{End, Study};

check! {
    /// The token of a page was given by an earlier page of the same walk.
    ///
    /// ## Why it matters
    /// Consumers walk in a circle and never finish.
    ///
    /// ## Example
    /// Page four gives the cursor of page two.
    ///
    /// ## Source
    /// `next` of the list's paging: a token leads on.
    id: "token-repeated", family: Paging, level: Deny, proof: Walk,
    faults: ["cursor-loops"],
    explains: paging::WHAT_WALKS_SHOW,
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    paging::judge_ends(
        study,
        operation,
        End::TokenRepeated,
        (
            "a token leads back to a page that was seen",
            "a new token on every page",
            "a token that this walk had already",
        ),
    )
}
