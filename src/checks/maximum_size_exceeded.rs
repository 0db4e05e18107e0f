//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Observation, Study};

check! {
    /// A page holds more records than the documented maximum.
    ///
    /// ## Why it matters
    /// The maximum protects server and consumer from pages that neither can carry.
    ///
    /// ## Example
    /// `limit=101` is answered with 101 customers although 100 is the most.
    ///
    /// ## Source
    /// The maximum of the page size parameter.
    id: "maximum-size-exceeded", family: Paging, level: Deny, proof: Answer,
    faults: ["maximum-off-by-one", "bad-size-accepted"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(size) = &lists.page.size else { return not_applicable("no page size is documented") };
    let Some(most) = size.max else { return not_applicable("no maximum is documented") };
    let ceiling = size.ceiling.unwrap_or(most).max(most);
    let mut ruling = Ruling::default();
    let is_above = |answer: &Observation| {
        let asked = paging::asked_size(lists, answer);
        asked.as_ref().is_some_and(|value| value.as_f64().is_none_or(|size| size > most as f64 || size < 1.0))
    };
    // Whoever refuses such a size exceeds nothing.
    let refused = |answer: &&Observation| answer.status.is_some_and(|status| (400..500).contains(&status));
    let refusals = study.all_answers(&operation.id).filter(|answer| is_above(answer)).filter(refused);
    ruling.evidence.answers += refusals.count() as u64;
    for (answer, page) in paging::pages(study, operation).filter(|(answer, _)| is_above(answer)) {
        ruling.evidence.pages += 1;
        if page.items as u64 > ceiling {
            ruling.blames.push(
                Blame::of_answer("a page holds more records than the documented maximum", answer)
                    .compare(format!("at most {ceiling} records"), format!("{} records", page.items))
                    .at(lists.items.clone())
                    .by(&study.contract, paging::clause(operation, "size"))
                    .under(study, &size.about, Level::Deny),
            );
        }
    }
    ruling.or_inconclusive("no size above the maximum was asked for", "run without --skip paging")
}
