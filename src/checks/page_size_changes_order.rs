//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::case::Case;
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Row, Study};

check! {
    /// Records come in another order when the page size is another.
    ///
    /// ## Why it matters
    /// Consumers that change the page size in mid-walk, or compare two walks, skip and repeat records.
    ///
    /// ## Example
    /// `limit=10` lists the newest customers first, `limit=100` the oldest.
    ///
    /// ## Source
    /// ours: the page size cuts the list, it does not arrange it; records that tie in the default order may change
    /// places.
    id: "page-size-changes-order", family: Paging, level: Deny, proof: Compared,
    faults: ["size-changes-order"],
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let (Some(reference), Some(model)) = (study.reference(&operation.id), study.model(&operation.id)) else {
        return Ruling::default().or_inconclusive("the list was not walked", "see the findings on its answers");
    };
    let order = lists.sort.as_ref().and_then(|sort| sort.default.as_ref());
    let rank = |row: &Row| order.and_then(|order| row.traits.get(model.field(&order.field)?)?.rank(order.order));
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.is_plain()) {
        let common: Vec<(usize, usize)> = walk
            .rows
            .iter()
            .enumerate()
            .filter_map(|(index, row)| Some((index, *reference.by_key.get(row.key.as_deref()?)?)))
            .filter(|(_, place)| *place < reference.ordered)
            .collect();
        if common.len() < 2 || reference.walks < 2 {
            continue;
        }
        ruling.evidence.pairs += 1;
        let swapped = common.windows(2).filter(|pair| pair[0].1 > pair[1].1).find(|pair| {
            let (one, two) = (rank(&reference.rows[pair[0].1]), rank(&reference.rows[pair[1].1]));
            one.is_none() || two.is_none() || one != two
        });
        if let Some(pair) = swapped {
            // Where no order is promised, another one is odd rather than wrong.
            let ranked = rank(&reference.rows[pair[0].1]).is_some() && rank(&reference.rows[pair[1].1]).is_some();
            let mut cases = vec![Case::Walk(study.reference_walk(operation, lists))];
            cases.push(case.clone());
            ruling.blames.push(
                Blame::of_cases(
                    "another page size gives another order",
                    cases,
                    paging::requests_around(walk, pair[1].0),
                )
                .compare(
                    "the same order at every page size",
                    format!("record {} stands before a record that comes first elsewhere", pair[0].0 + 1),
                )
                .at(lists.items.clone())
                .by(&study.contract, paging::clause(operation, "size"))
                .level(if ranked { Level::Deny } else { Level::Warn })
                .mark("order"),
            );
        }
    }
    ruling.or_inconclusive("fewer than two walks could be compared", "check against a list of more than one page")
}
