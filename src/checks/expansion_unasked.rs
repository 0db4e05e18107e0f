//! See the explanation on [`CHECK`].

use super::expansion_missing::plan;
use super::reading::judge_expanded;
use super::{Verdict, not_applicable};
use crate::contract::Operation;
use crate::document::text_of;
use crate::finding::Level;
use crate::study::{ExpandFault, Study};

check! {
    /// A related record is shown although nobody asked for it.
    ///
    /// ## Why it matters
    /// Answers grow, and consumers come to rely on what may vanish.
    ///
    /// ## Example
    /// A customer read without `expand` shows `parent_customer`.
    ///
    /// ## Source
    /// `expands.unasked` of the operation's `x-contract`, which also gives the level.
    id: "expansion-unasked", family: Records, level: Note, proof: Answer,
    faults: ["expansion-unasked"],
    plan: plan, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if operation.clause.expands.iter().all(|expand| expand.unasked.is_none()) {
        return not_applicable("the contract promises no expansion here, or not that it has to be asked for");
    }
    let words = ("expansion `{}` is there although nobody asked", "nothing unless it is asked for", "a related record");
    let mut verdict =
        judge_expanded(study, operation, Some(false), |fault| matches!(fault, ExpandFault::Unasked), words);
    if let Verdict::Judged { blames, .. } = &mut verdict {
        for expand in &operation.clause.expands {
            let name = text_of(&expand.value);
            for blame in blames.iter_mut().filter(|blame| blame.mark == name) {
                blame.level = expand.unasked.as_ref().map(|grade| study.level(&grade.0, Level::Deny));
            }
            if expand.unasked.is_none() {
                blames.retain(|blame| blame.mark != name);
            }
        }
    }
    verdict
}
