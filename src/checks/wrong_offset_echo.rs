//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Figure, Study};

check! {
    /// The offset that the answer names is neither this page's nor the next one's, or now the one and now the
    /// other.
    ///
    /// ## Why it matters
    /// Consumers that go on from the offset in the answer skip or repeat pages.
    ///
    /// ## Example
    /// `offset=50&limit=50` is answered with `"offset": 51`.
    ///
    /// ## Source
    /// `offset-echo` of the list's paging: one of the readings in `means` holds throughout.
    id: "wrong-offset-echo", family: Paging, level: Deny, proof: Answer,
    faults: ["offset-echo-wrong", "offset-echo-mixed"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(echo) = &lists.page.offset_echo else { return not_applicable("the answer names no offset") };
    let Some(offset) = &lists.page.offset else { return not_applicable("the list has no offset") };
    let mut ruling = Ruling::default();
    let mut left: Vec<&str> =
        if echo.means.is_empty() { vec!["this"] } else { echo.means.iter().map(String::as_str).collect() };
    for (answer, page) in paging::pages(study, operation) {
        let Some(at) = paging::offset_of(&offset.slot, offset.first, &answer.call) else { continue };
        let (Figure::Is(named), Some(size)) = (page.offset_echo, paging::effective_size(lists, answer)) else {
            continue;
        };
        ruling.evidence.pages += 1;
        let holds = |reading: &str| {
            let wanted = if reading == "next" { at.saturating_add(size) } else { at };
            (named - wanted as f64).abs() < f64::EPSILON
        };
        let still: Vec<&str> = left.iter().copied().filter(|reading| holds(reading)).collect();
        if still.is_empty() {
            let expected = if left.len() == 1 {
                format!("{} offset", left[0])
            } else {
                format!("{} offset, one of them throughout", left.join(" or "))
            };
            ruling.blames.push(
                Blame::of_answer("the answer names a wrong offset", answer)
                    .compare(expected, named.to_string())
                    .by(&study.contract, paging::clause(operation, "offset-echo"))
                    .under(study, &echo.about, Level::Deny)
                    .together(study, operation),
            );
        } else {
            left = still;
        }
    }
    ruling.or_inconclusive("no page was seen", "see the findings on the list's answers")
}
