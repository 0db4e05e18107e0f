//! See the explanation on [`CHECK`].

use super::filtering::{clause, exposed, foundation, is_light, row_pointer, sent_at};
use super::ordering::{direction_word, inversions, ranks};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case, Query};
use crate::contract::Operation;
use crate::contract::semantics::{Lists, Match, Order};
use crate::finding::Level;
use crate::study::{Study, WalkSeen};

check! {
    /// A list does not come in its documented default order.
    ///
    /// ## Why it matters
    /// Consumers that want the newest records read the first page of the default order.
    ///
    /// ## Example
    /// `GET /customers` is documented as newest first, but the third page shows a newer customer than the second.
    ///
    /// ## Source
    /// `sort.default` of the list's `x-contract`, which also gives the level.
    id: "default-order-wrong", family: Sorting, level: Deny, proof: Walk,
    faults: ["default-order-reversed", "default-order-by-key", "filter-changes-order"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    study.lists().flat_map(|(operation, lists)| foundation(study, operation, lists)).collect()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else {
        return not_applicable("the operation lists nothing");
    };
    let default = lists.sort.as_ref().and_then(|sort| sort.default.as_ref());
    let Some(default) = default.filter(|default| default.order != Order::Text) else {
        return not_applicable("the contract promises no default order of numbers or instants");
    };
    let Some(direction) = default.direction else {
        return not_applicable("the contract promises no direction of the default order");
    };
    let by = lists.sort.as_ref().and_then(|sort| sort.by.as_ref());
    // Of a server that insists on an order the default one is asked for by its name.
    let is_named = |walk: &WalkSeen| {
        let call = walk.answers.first().map(|answer| &answer.call);
        by.zip(call).is_some_and(|(by, call)| call.value(&by.slot).is_some())
    };
    let mut ruling = Ruling::default();
    let unsorted = |walk: &WalkSeen| is_unsorted(study, lists, &walk.walk.query) && !is_named(walk);
    if !study.walks(&operation.id).any(|(_, walk)| unsorted(walk)) && study.walks(&operation.id).next().is_some() {
        return not_applicable("the server insists on an order, so none is left out");
    }
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| unsorted(walk)) {
        let filtered = !walk.walk.query.filters.is_empty();
        let ranks = ranks(model, default, &walk.rows);
        ruling.evidence.pairs += ranks.len().saturating_sub(1) as u64;
        let (wrong, Some(first)) = inversions(&ranks, direction) else { continue };
        let page = walk.page_of(first) + 1;
        let under = if filtered { " under a filter" } else { "" };
        let mut blame = Blame::of_cases(
            format!("the list does not come in its default order{under}"),
            vec![case.clone()],
            sent_at(walk, Some(first)),
        )
        .compare(
            format!("records in {} order of `{}`", direction_word(direction), default.field),
            format!("{wrong} of {} neighbours stand the wrong way, the first on page {page}", ranks.len() - 1),
        )
        .at(row_pointer(lists, walk, first, &default.field))
        .by(&study.contract, clause(operation, "sort/default"))
        .under(study, &default.about, Level::Deny)
        .mark(if filtered { "filtered" } else { "default" });
        blame.exposed = exposed(walk);
        // Once without a filter says it all.
        if !(filtered && ruling.blames.iter().any(|known| known.mark == "default")) {
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive(
        "no two records of the list have values that can be compared",
        "supply a tenant with several records whose sorted field is set",
    )
}

/// Whether a list is asked for without an order. A search for part of a text may put the best match first.
fn is_unsorted(study: &Study, lists: &Lists, query: &Query) -> bool {
    query.access == Access::Own
        && query.sort.is_none()
        && query.expand.is_empty()
        && query.filters.iter().all(|(name, _)| {
            lists
                .filters
                .get(name)
                .is_some_and(|filter| filter.matching != Match::Contains && !filter.partial && !is_light(study, filter))
        })
}
