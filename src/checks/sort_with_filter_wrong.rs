//! See the explanation on [`CHECK`].

use std::collections::HashSet;
use std::sync::Arc;

use super::filtering::{self, Must, clause, exposed, refusal, row_pointer, sent_at, sent_refused};
use super::ordering::{self, Reading, direction_word, inversions, ranks, wishes};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::contract::semantics::{Lists, Order};
use crate::finding::Level;
use crate::study::{Model, Row, Study, WalkSeen};

check! {
    /// Sorting and filtering work alone but not together.
    ///
    /// ## Why it matters
    /// The one silently switches the other off, or the cursor forgets one of them after the first page.
    ///
    /// ## Example
    /// `status=active&sortBy=totalMonthlyRevenue` gives active customers in the default order.
    ///
    /// ## Source
    /// `filters` and `sort` of the list's `x-contract`.
    id: "sort-with-filter-wrong", family: Sorting, level: Deny, proof: Compared,
    faults: ["sort-ignored-under-filter", "filter-ignored-under-sort", "sort-refused-under-filter", "sort-loses-record-under-filter"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = filtering::plan_single(study);
    cases.extend(ordering::plan_orders(study));
    cases.extend(ordering::plan_sorted_and_filtered(study));
    cases
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else {
        return not_applicable("the operation lists nothing");
    };
    if lists.filters.is_empty() || lists.sort.as_ref().is_none_or(|sort| wishes(sort).is_empty()) {
        return not_applicable("the contract promises no filter, or no order that can be asked for");
    }
    // What fails alone is blamed alone.
    let filters = filtering::looks(study, operation);
    let orders = ordering::looks(study, operation);
    let bad_filter = |name: &str| {
        filters.iter().any(|look| {
            look.name == name
                && !look.unknown
                && !look.is_second()
                && (look.reading != filtering::Reading::Fits || !look.missing.is_empty())
        })
    };
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id) {
        let query = &walk.walk.query;
        let (Some(choice), false, Access::Own) = (&query.sort, query.filters.is_empty(), query.access) else {
            continue;
        };
        let bad_order = orders.iter().any(|look| {
            let wrong = || {
                let balance = ordering::balance(study, operation, look);
                !matches!(look.reading, Reading::Ordered | Reading::Unjudged)
                    || !balance.missing.is_empty()
                    || !balance.repeated.is_empty()
            };
            look.wish.choice == *choice && !look.is_second() && wrong()
        });
        if bad_order || query.filters.iter().any(|(name, _)| bad_filter(name)) {
            continue;
        }
        ruling.walked(walk);
        if let Some(blame) = of_walk(study, operation, (lists, model), (case, walk)) {
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive(
        "no filter leaves several records that differ in a sorted field",
        "supply a tenant whose records differ in filtered and sorted fields",
    )
}

fn of_walk(
    study: &Study,
    operation: &Operation,
    (lists, model): (&Lists, &Model),
    (case, walk): (&Case, &WalkSeen),
) -> Option<Blame> {
    let query = &walk.walk.query;
    let sort = lists.sort.as_ref()?;
    let wish = wishes(sort).into_iter().find(|wish| Some(&wish.choice) == query.sort.as_ref())?;
    let names: Vec<&str> = query.filters.iter().map(|(name, _)| name.as_str()).collect();
    let level = wish.field.level(study.means.strict);
    let label = format!("filter `{}` and sorting by `{}`", names.join("` and `"), wish.name);
    let make = |title: String, expected: String, actual: String, row: Option<usize>| {
        let mut blame = Blame::of_cases(title, vec![case.clone()], sent_at(walk, row))
            .compare(expected, actual)
            .by(&study.contract, clause(operation, &wish.clause))
            .under(study, &wish.field.about, level)
            .mark(format!("{} {}", names.join("+"), wish.name));
        blame.exposed = exposed(walk);
        blame
    };
    if let Some((status, page)) = refusal(study, walk) {
        let actual = format!("status {status} on page {page}");
        let blame = make(format!("{label} are refused together"), "records in order".to_owned(), actual, None);
        return Some(Blame { sent: sent_refused(walk), ..blame });
    }
    if let Some((row, name)) = walk.misfits.iter().find(|(_, name)| names.contains(&name.as_str())) {
        let actual = format!("{} records do not fit, the first on page {}", walk.misfits.len(), walk.page_of(*row) + 1);
        let mut blame = make(
            format!("sorting by `{}` switches filter `{name}` off", wish.name),
            "only records that fit the filter".to_owned(),
            actual,
            Some(*row),
        );
        // The record itself shows that it does not fit, wherever the rest has moved to.
        blame.compares = false;
        return Some(match lists.filters.get(name).and_then(|filter| filter.field.as_ref()) {
            Some(field) => blame.at(row_pointer(lists, walk, *row, field)),
            None => blame,
        });
    }
    if let (Some(direction), true) = (wish.direction, wish.field.order != Order::Text) {
        let ranks = ranks(model, wish.field, &walk.rows);
        if let (wrong, Some(first)) = inversions(&ranks, direction) {
            let page = walk.page_of(first) + 1;
            let expected = format!("records in {} order of `{}`", direction_word(direction), wish.field.field);
            let neighbours = ranks.len() - 1;
            let actual = format!("{wrong} of {neighbours} neighbours stand the wrong way, the first on page {page}");
            let title = format!("filter `{}` switches sorting by `{}` off", names.join("` and `"), wish.name);
            return Some(make(title, expected, actual, Some(first)));
        }
    }
    let partial = names.iter().any(|name| lists.filters.get(*name).is_some_and(|filter| filter.partial));
    let seen: HashSet<&str> = walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
    let reference = study.reference(&operation.id).filter(|_| walk.is_complete() && !partial)?;
    let must = Must::new(lists, model, query, reference);
    let is_missing = |row: &&Arc<Row>| row.key.as_deref().is_some_and(|key| !seen.contains(key)) && must.hold(row);
    let missing = reference.rows.iter().find(is_missing)?;
    Some(
        make(
            format!("{label} together lose records"),
            "all records that fit the filter".to_owned(),
            "records of the whole list are missing".to_owned(),
            None,
        )
        .level(study.level(&wish.field.about, Level::Deny))
        .shown(missing.key.as_deref().unwrap_or_default()),
    )
}
