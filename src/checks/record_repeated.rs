//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use std::collections::HashMap;

use crate::contract::Operation;
use crate::study::{End, Study, WalkSeen};

check! {
    /// A walk shows the same record twice.
    ///
    /// ## Why it matters
    /// Consumers import, count or charge it twice.
    ///
    /// ## Example
    /// The last customer of page one is the first customer of page two.
    ///
    /// ## Source
    /// ours: paging through a list shows each record once; follows from `key` identifying a record.
    id: "record-repeated", family: Paging, level: Deny,
    faults: ["record-repeated", "record-repeated-once"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id) {
        if matches!(walk.end, End::Endless | End::TokenRepeated) {
            // A walk in a circle repeats everything; that is another fault.
            continue;
        }
        let mut seen: HashMap<&str, usize> = HashMap::new();
        ruling.evidence.records += walk.rows.len() as u64;
        for (index, row) in walk.rows.iter().enumerate() {
            let Some(key) = row.key.as_deref() else { continue };
            let Some(first) = seen.insert(key, index) else { continue };
            let same_page = walk.page_of(first) == walk.page_of(index);
            let place = if same_page { "on one page" } else { "on two pages" };
            let page = walk.page_of(index);
            let within = |row: usize| row - walk.starts.get(walk.page_of(row)).copied().unwrap_or(0);
            let pages = [walk.page_of(first), page].map(|page| walk.answer(page).map(|answer| answer.sent.clone()));
            ruling.blames.push(
                Blame {
                    // Of one answer nobody can say that the data moved.
                    compares: !same_page,
                    ..Blame::of_cases(
                        format!("a record occurs twice, {place} of one walk"),
                        vec![case.clone()],
                        pages.into_iter().flatten().collect(),
                    )
                }
                .compare(
                    "each record once",
                    format!("the same key as record {} of the walk again as record {}", first + 1, index + 1),
                )
                .after(lists.place(within(first)))
                .at(lists.place(within(index)))
                .by(&study.contract, paging::clause(operation, ""))
                .shown(key)
                .mark(question(walk)),
            );
        }
    }
    ruling.or_inconclusive("no record was seen", "check against a list that is not empty")
}

/// What the walk asked, in a word: repetitions under a filter are another fault than plain ones.
fn question(walk: &WalkSeen) -> &'static str {
    let query = &walk.walk.query;
    match (query.filters.is_empty(), query.sort.is_some()) {
        (true, false) => "plain",
        (false, false) => "filtered",
        (_, true) => "sorted",
    }
}
