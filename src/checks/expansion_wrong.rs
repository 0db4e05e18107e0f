//! See the explanation on [`CHECK`].

use super::Verdict;
use super::expansion_missing::plan;
use super::reading::judge_expanded;
use crate::contract::Operation;
use crate::study::{ExpandFault, Study};

check! {
    /// The related record is another one than the record refers to.
    ///
    /// ## Why it matters
    /// Bills go to the parent that is shown.
    ///
    /// ## Example
    /// `parent_customer_id` is `cust_1`, and `parent_customer.id` is `cust_2`.
    ///
    /// ## Source
    /// `expands.agrees` of the operation's `x-contract`.
    id: "expansion-wrong", family: Records, level: Deny, proof: Answer,
    faults: ["expansion-wrong-record", "expansion-wrong-record-on-list", "expansion-shows-itself", "expansion-of-other-tenant"],
    plan: plan, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let words = (
        "expansion `{}` is another record than the one referred to",
        "the record that is referred to",
        "another record",
    );
    judge_expanded(study, operation, None, |fault| matches!(fault, ExpandFault::Disagrees(_)), words)
}
