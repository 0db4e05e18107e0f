//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// Every full page is shorter, or longer, than the size that was asked for or documented as the default.
    ///
    /// ## Why it matters
    /// Consumers plan their requests by the size; one record less per page is an off-by-one that shifts everything
    /// after it.
    ///
    /// ## Example
    /// Without `limit` every page holds 49 customers although the default is 50.
    ///
    /// ## Source
    /// Size, default and maximum of the page size parameter. A single short page proves nothing; all but the last,
    /// all alike, do.
    id: "size-not-kept", family: Paging, level: Deny, proof: Walk,
    faults: ["default-size-off-by-one", "size-off-by-one", "maximum-size-off-by-one"],
    explains: paging::WHAT_WALKS_SHOW,
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(size) = &lists.page.size else { return not_applicable("no page size is documented") };
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.is_plain()) {
        let Some(first) = walk.answer(0) else { continue };
        let Some(wanted) = paging::effective_size(lists, first) else { continue };
        let mut lengths: Vec<u64> =
            (0..walk.pages.len()).filter_map(|page| walk.facts(page)).map(|page| page.items as u64).collect();
        // An empty page says that the one before was the last.
        while lengths.len() > 1 && lengths.last() == Some(&0) {
            lengths.pop();
        }
        let Some((_, full)) = lengths.split_last() else { continue };
        ruling.evidence.pages += full.len() as u64;
        let default = walk.walk.query.size.is_none();
        let over = default && lengths.first().is_some_and(|length| *length > wanted);
        let alike = full.len() >= 2 && full.iter().all(|length| *length == full[0]) && full[0] < wanted && full[0] > 0;
        if over || alike {
            let what = if default { "the default" } else { "asked for" };
            let about = size.default.as_ref().filter(|_| default).map_or(&size.about, |default| &default.about);
            ruling.blames.push(
                Blame::of_cases(
                    format!("pages do not have the size that is {what}"),
                    vec![case.clone()],
                    paging::first_request(walk),
                )
                .compare(format!("{wanted} records on every page but the last"), format!("{} records", lengths[0]))
                .at(lists.items.clone())
                .by(&study.contract, paging::clause(operation, "size"))
                .under(study, about, Level::Deny)
                .mark(what),
            );
        }
    }
    ruling.or_inconclusive("no walk had more than one page", "check against a list of more than one page")
}
