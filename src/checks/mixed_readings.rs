//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, answers, not_applicable, plan_nothing};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// Records read one thing in different ways, or in none of the ways that the contract allows.
    ///
    /// ## Why it matters
    /// Where sources leave two readings open, a consumer must at least find the same one everywhere.
    ///
    /// ## Example
    /// The margin percent is based on cost in most records and on revenue in one.
    ///
    /// ## Source
    /// `group` of the rules in `x-rules`.
    id: "mixed-readings", family: Answers, level: Deny, proof: Answer,
    faults: ["readings-mixed-deep", "reading-broken-deep"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let groups = answers::groups(study);
    if groups.is_empty() {
        return not_applicable("the contract has no rules with several readings");
    }
    let mut ruling = Ruling::default();
    for (group, rules) in groups {
        let mut left: Vec<String> = rules;
        for answer in study.all_answers(&operation.id).filter(|answer| answer.is_success()) {
            for reading in answer.body.readings.iter().filter(|reading| reading.group == group) {
                ruling.evidence.records += 1;
                let still: Vec<String> = left.iter().filter(|rule| !reading.broken.contains(rule)).cloned().collect();
                if still.is_empty() {
                    let neither = reading.holds.is_empty();
                    let title = if neither {
                        format!("no allowed reading of `{group}` holds")
                    } else {
                        format!("records disagree on the reading of `{group}`")
                    };
                    let actual = if neither { "none".to_owned() } else { reading.holds.join(", ") };
                    ruling.blames.push(
                        Blame::of_answer(title, answer)
                            .compare(format!("one of {}, the same for all records", left.join(", ")), actual)
                            .at(reading.pointer.clone())
                            .by(&study.contract, reading.rule_pointer.clone())
                            .mark(format!("{group} {neither}"))
                            .together(study, operation),
                    );
                } else {
                    left = still;
                }
            }
        }
    }
    ruling.or_inconclusive("no record had the fields that the rules speak of", "check against records that have them")
}
