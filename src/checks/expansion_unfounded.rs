//! See the explanation on [`CHECK`].

use super::Verdict;
use super::expansion_missing::plan;
use super::reading::judge_expanded;
use crate::contract::Operation;
use crate::study::{ExpandFault, Study};

check! {
    /// A related record is shown although the record refers to none.
    ///
    /// ## Why it matters
    /// A consumer takes the customer for somebody's child and bills accordingly.
    ///
    /// ## Example
    /// `parent_customer_id` is null, and `parent_customer` is there.
    ///
    /// ## Source
    /// `expands.agrees` of the operation's `x-contract`.
    id: "expansion-unfounded", family: Records, level: Deny, proof: Answer,
    faults: ["expansion-unfounded"],
    plan: plan, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let words = (
        "expansion `{}` is there although nothing is referred to",
        "nothing where a record refers to nothing",
        "a related record",
    );
    judge_expanded(study, operation, None, |fault| matches!(fault, ExpandFault::Unfounded), words)
}
