//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A page holds more records than were asked for.
    ///
    /// ## Why it matters
    /// Consumers size buffers, screens and budgets by the page size.
    ///
    /// ## Example
    /// `limit=2` is answered with three customers.
    ///
    /// ## Source
    /// The page size parameter of the list.
    id: "page-exceeds-size", family: Paging, level: Deny, proof: Answer,
    faults: ["page-exceeds-size", "size-ignored"],
    explains: paging::WHAT_WALKS_SHOW,
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(size) = &lists.page.size else { return not_applicable("no page size is documented") };
    let mut ruling = Ruling::default();
    for (answer, page) in paging::pages(study, operation) {
        let asked = paging::asked_size(lists, answer).and_then(|value| value.as_u64());
        let Some(asked) = asked.filter(|asked| paging::is_lawful_size(lists, *asked)) else { continue };
        ruling.evidence.pages += 1;
        if page.items as u64 > asked {
            ruling.blames.push(
                Blame::of_answer("a page holds more records than asked for", answer)
                    .compare(format!("at most {asked} records"), format!("{} records", page.items))
                    .at(lists.items.clone())
                    .by(&study.contract, paging::clause(operation, "size"))
                    .under(study, &size.about, Level::Deny),
            );
        }
    }
    ruling.or_inconclusive("no page was seen", "see the findings on the list's answers")
}
