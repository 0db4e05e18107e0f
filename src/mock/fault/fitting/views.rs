//! On which contracts faults of bounds, of default views, of lists of texts and of orders by text make sense.

use super::{is_firm, list, some_filter};
use crate::contract::Contract;
use crate::contract::semantics::{Absent, Filter, Lists, Match, Order};
use crate::mock::blueprint::Blueprint;
use crate::mock::targets::Targets;

/// Whether a list tells in a second way which records there are: by a figure, under a filter, or in another order.
pub(in crate::mock::fault) fn second_look(contract: &Contract) -> bool {
    let figures = |lists: &Lists| lists.page.total.is_some() || lists.page.remaining.is_some();
    list(contract, |lists| figures(lists) || !lists.filters.is_empty() || lists.sort.is_some())
}

/// Whether records can be sorted by text.
pub(in crate::mock::fault) fn text_sort(contract: &Contract) -> bool {
    list(contract, |lists| Blueprint::sort_fields(lists).iter().any(|field| field.order == Order::Text))
}

/// Whether a filter that weighs compares by a bound.
pub(in crate::mock::fault) fn bound_filter(contract: &Contract) -> bool {
    some_filter(contract, |_, filter| {
        let ranged = matches!(filter.matching, Match::AtLeast | Match::AtMost | Match::Above | Match::Below);
        ranged && is_firm(&filter.about)
    })
}

/// Whether a filter by a rule means something when it is left out, which its other values may lift.
pub(in crate::mock::fault) fn lifting_filter(contract: &Contract) -> bool {
    some_filter(contract, |_, filter| filter.rule.is_some() && matches!(filter.absent, Some(Absent::Only(_))))
}

/// Whether a filter takes lists of texts some of which hold commas, by their hint.
pub(in crate::mock::fault) fn list_of_texts_with_commas(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    some_filter(contract, |_, filter| {
        let field = targets.fields.iter().find(|field| Some(&field.pointer) == filter.field.as_ref());
        let hint = field.and_then(|field| field.schema.get("x-mock")).and_then(serde_json::Value::as_str);
        filter.matching == Match::AnyOf && hint.is_some_and(|hint| hint.contains("',"))
    })
}

/// Whether a filter finds parts of texts.
pub(in crate::mock::fault) fn part_filter(contract: &Contract) -> bool {
    let part = |filter: &Filter| filter.matching == Match::Contains && filter.field.is_some() && is_firm(&filter.about);
    list(contract, |lists| lists.filters.values().any(part))
}
