//! See the explanation on [`CHECK`].

use super::filtering::{self, Joint, broken_alone};
use super::ordering::{self, Reading, Wish, direction_word, inversions, ranks, wishes};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::contract::semantics::Order;
use crate::finding::Level;
use crate::study::Study;

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
    let sort = lists.sort.as_ref().filter(|sort| !lists.filters.is_empty() && !wishes(sort).is_empty());
    let Some(sort) = sort else {
        return not_applicable("the contract promises no filter, or no order that can be asked for");
    };
    // What fails alone is blamed alone.
    let broken = broken_alone(study, operation);
    let orders = ordering::looks(study, operation);
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
        if bad_order || query.filters.iter().any(|(name, _)| broken.contains(name.as_str())) {
            continue;
        }
        ruling.walked(walk);
        let Some(wish) = wishes(sort).into_iter().find(|wish| wish.choice == *choice) else { continue };
        let joint = Joint {
            study,
            operation,
            lists,
            model,
            case,
            walk,
            place: &wish.clause,
            about: &wish.field.about,
            level: wish.field.level(study.means.strict),
            mark: format!("{} {}", Joint::names(walk).join("+"), wish.name),
        };
        if let Some(blame) = of_walk(&joint, &wish) {
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive(
        "no filter leaves several records that differ in a sorted field",
        "supply a tenant whose records differ in filtered and sorted fields",
    )
}

fn of_walk(joint: &Joint<'_>, wish: &Wish<'_>) -> Option<Blame> {
    let names = Joint::names(joint.walk).join("` and `");
    let label = format!("filter `{names}` and sorting by `{}`", wish.name);
    let misfit = |name: &str| format!("sorting by `{}` switches filter `{name}` off", wish.name);
    let lost = || {
        let blame = joint.missing(format!("{label} together lose records"), "all records that fit the filter")?;
        // A record that is lost weighs as much as the order does, however little is promised of its direction.
        Some(blame.level(joint.study.level(&wish.field.about, Level::Deny)))
    };
    joint
        .refused(&label, "records in order")
        .or_else(|| joint.misfit(misfit, "only records that fit the filter"))
        .or_else(|| out_of_order(joint, wish, &names))
        .or_else(lost)
}

fn out_of_order(joint: &Joint<'_>, wish: &Wish<'_>, names: &str) -> Option<Blame> {
    let direction = wish.direction.filter(|_| wish.field.order != Order::Text)?;
    let ranks = ranks(joint.model, wish.field, &joint.walk.rows);
    let (wrong, first) = inversions(&ranks, direction);
    let first = first?;
    let expected = format!("records in {} order of `{}`", direction_word(direction), wish.field.field);
    let (neighbours, page) = (ranks.len() - 1, joint.walk.page_of(first) + 1);
    let actual = format!("{wrong} of {neighbours} neighbours stand the wrong way, the first on page {page}");
    let title = format!("filter `{names}` switches sorting by `{}` off", wish.name);
    Some(joint.blame(title, &expected, actual, Some(first)))
}
