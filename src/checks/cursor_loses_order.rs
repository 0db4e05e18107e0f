//! See the explanation on [`CHECK`].

use std::collections::HashSet;
use std::sync::Arc;

use super::ordering::{self, Look, Reading, completeness_level, looks, wishes};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::contract::Operation;
use crate::study::{Reference, Row, Study};

check! {
    /// From the second page on, a sorted walk goes on in the default order.
    ///
    /// ## Why it matters
    /// The first page looks right, so nobody notices; what follows is another list, in which records of the first page come
    /// again and others never do.
    ///
    /// ## Example
    /// Page one of `sortBy=totalMonthlyRevenue` is in order; its cursor, or `page=2`, leads into the list as nobody sorted it.
    ///
    /// ## Source
    /// `sort` of the list, and `next`, `offset` or `number` of its paging: an order holds for the whole walk. A record that
    /// comes again for it weighs as `sort` does, whatever the order's own level.
    id: "cursor-loses-order", family: Paging, level: Deny, proof: Walk,
    faults: ["cursor-ignores-sort", "order-ignored-after-first-page"],
    plan: ordering::plan_orders, judge: judge,
}

/// Of a hundred neighbours, those that have to be neighbours of the default order, too.
const CONSECUTIVE: usize = 90;

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if lists.sort.as_ref().is_none_or(|sort| wishes(sort).is_empty()) {
        return not_applicable("the contract promises no order that can be asked for");
    }
    let Some(reference) = study.reference(&operation.id) else {
        return Ruling::default().or_inconclusive("the list was not walked", "see the findings on its answers");
    };
    let mut ruling = Ruling::default();
    for look in looks(study, operation).into_iter().filter(|look| !look.is_second() && look.walk.pages.len() > 1) {
        ruling.evidence.pages += look.walk.pages.len() as u64 - 1;
        let Some(lapse) = Lapse::of(reference, &look) else { continue };
        let after = if lapse.page == 1 { "the first page".to_owned() } else { format!("page {}", lapse.page) };
        let title = format!("sorting by `{}` is lost after {after}", look.wish.name);
        let mut blame = look.blame(study, operation, title).compare(
            "every page in the order asked for",
            format!("{} records after {after} in the default order, {} of them again", lapse.records, lapse.again),
        );
        if lapse.again > 0 {
            let level = completeness_level(study, operation);
            blame.level = blame.level.map(|own| own.max(level));
        }
        blame.sent = super::paging::requests_around(look.walk, lapse.from);
        ruling.blames.push(Blame { pointer: Some(lists.items.clone()), ..blame });
    }
    ruling.or_inconclusive("no sorted walk had a second page", "check against a list with more records")
}

/// The records after a page of a walk, where they go on in the default order.
struct Lapse {
    /// The last page that is in order, from 1.
    page: usize,
    /// The first of the records after it.
    from: usize,
    records: usize,
    /// Those that the pages before showed already.
    again: usize,
}

/// Neighbours after a later page that have to be seen: a few stand side by side by chance.
const LATE_PAIRS: usize = 5;

impl Lapse {
    fn of(reference: &Reference, look: &Look<'_>) -> Option<Self> {
        (1..look.walk.pages.len()).find_map(|page| Self::after(reference, look, page))
    }

    fn after(reference: &Reference, look: &Look<'_>, page: usize) -> Option<Self> {
        let walk = look.walk;
        let from = walk.starts.get(page).copied()?;
        let (head, tail) = walk.rows.split_at_checked(from)?;
        if page > 1 && tail.len() <= LATE_PAIRS {
            return None;
        }
        let shown: HashSet<&str> = head.iter().filter_map(|row| row.key.as_deref()).collect();
        let again = tail.iter().filter(|row| row.key.as_deref().is_some_and(|key| shown.contains(key))).count();
        // The pages that are in order, and what comes after them that is not.
        let out_of_order = match look.reading {
            Reading::Wrong(row) => row >= from,
            _ => false,
        };
        let goes_on = is_default(reference, tail) && !is_default(reference, head);
        (goes_on && (again > 0 || out_of_order)).then_some(Self { page, from, records: tail.len(), again })
    }
}

/// Whether records stand side by side as in the list that nobody sorted.
fn is_default(reference: &Reference, rows: &[Arc<Row>]) -> bool {
    let places: Vec<usize> = rows.iter().filter_map(|row| reference.by_key.get(row.key.as_deref()?).copied()).collect();
    let pairs = places.len().saturating_sub(1);
    let side_by_side = places.windows(2).filter(|pair| pair[0] + 1 == pair[1]).count();
    pairs >= 2 && side_by_side * 100 >= pairs * CONSECUTIVE
}
