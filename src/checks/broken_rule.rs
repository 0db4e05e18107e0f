//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, answers, not_applicable, plan_nothing};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Observation, Study};

check! {
    /// A record breaks a rule between its fields.
    ///
    /// ## Why it matters
    /// Derived figures and agreeing fields are what consumers compute with; a wrong one looks right on its own.
    ///
    /// ## Example
    /// `customerMargin` is not `lifetimeCollected` minus `totalAcquisitionCost`.
    ///
    /// ## Source
    /// `x-rules` of the schema; level and source stand beside each rule.
    id: "broken-rule", family: Answers, level: Deny, proof: Answer,
    faults: ["rule-broken-on-get", "rule-broken-deep"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if !study.contract.shapes.iter().any(|shape| !shape.rules.is_empty()) {
        return not_applicable("the contract has no rules");
    }
    let mut ruling = Ruling::default();
    let sound = |answer: &&Observation| !answers::had_to_be_refused(study, operation, answer);
    for answer in study.all_answers(&operation.id).filter(sound).filter(|answer| answer.call.method.is_none()) {
        if answer.body.rules_asked > 0 {
            ruling.evidence.answers += 1;
            ruling.evidence.records += answer.page.as_ref().map_or(1, |page| page.items as u64);
        }
        for broken in &answer.body.rule_breaks {
            let Some(clause) = answers::rule(study, &broken.rule_pointer) else { continue };
            let message = clause.message.clone().unwrap_or_else(|| format!("rule `{}` does not hold", broken.rule));
            let level = study.level(&clause.about, Level::Deny);
            let level = if answers::is_error(answer) {
                level.min(answers::level_of_error(study, operation, answer))
            } else {
                level
            };
            ruling.blames.push(
                Blame::of_answer(message, answer)
                    .compare(format!("`{}`", clause.rule), "false")
                    .at(broken.pointer.clone())
                    .times(broken.times)
                    .by(&study.contract, broken.rule_pointer.clone())
                    .level(level)
                    .mark(broken.rule_pointer.clone()),
            );
        }
    }
    ruling.or_inconclusive("no record had the fields that the rules speak of", "check against records that have them")
}
