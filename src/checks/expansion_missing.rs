//! See the explanation on [`CHECK`].

use super::Verdict;
use super::reading::{self, judge_expanded};
use crate::case::Case;
use crate::contract::Operation;
use crate::study::{ExpandFault, Study};

check! {
    /// A related record that was asked for is not there.
    ///
    /// ## Why it matters
    /// A consumer that asks for the parent along with the customer saves a request; without it, it shows a customer without a
    /// parent.
    ///
    /// ## Example
    /// `expand=parent_customer` on a customer with a `parent_customer_id` gives no `parent_customer`.
    ///
    /// ## Source
    /// `expands` of the operation's `x-contract`.
    id: "expansion-missing", family: Records, level: Deny, proof: Answer,
    faults: ["expansion-ignored", "expansion-ignored-on-get", "expansion-ignored-on-list", "expansion-null"],
    plan: plan, judge: judge,
}

/// Reads and lists with each expansion, and reads without.
pub(super) fn plan(study: &Study) -> Vec<Case> {
    let mut cases = reading::plan_expanded(study);
    cases.extend(reading::plan_expanded_lists(study));
    cases
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let words = (
        "expansion `{}` is missing although it was asked for",
        "the related record wherever a record refers to one",
        "nothing there",
    );
    judge_expanded(study, operation, Some(true), |fault| matches!(fault, ExpandFault::Missing), words)
}
