//! See the explanation on [`CHECK`].

use std::collections::HashSet;
use std::sync::Arc;

use super::filtering::fails_at_once;
use super::{Blame, Ruling, Verdict, not_applicable, paging, plan_nothing};
use crate::contract::Operation;
use crate::contract::semantics::{Lists, Match, Order};
use crate::finding::Level;
use crate::study::{Fit, Fitting, Row, Study, WalkSeen, Wanted};

check! {
    /// From the second page on, a filtered walk shows records that do not fit the filter.
    ///
    /// ## Why it matters
    /// The first page looks right, so nobody notices; everything after it is unfiltered.
    ///
    /// ## Example
    /// Page one of `status=active` is fine; the cursor leads to inactive customers.
    ///
    /// ## Source
    /// `filters` and `next` of the list: a filter holds for the whole walk.
    id: "cursor-loses-filter", family: Paging, level: Deny, proof: Answer,
    faults: ["cursor-ignores-filter", "filter-ignored-after-first-page"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if lists.filters.is_empty() {
        return not_applicable("the contract promises no filter here");
    }
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| !walk.walk.query.filters.is_empty()) {
        if walk.pages.len() < 2 {
            continue;
        }
        ruling.evidence.pages += walk.pages.len() as u64 - 1;
        let second = walk.starts.get(1).copied().unwrap_or(usize::MAX);
        // What a filter means that was left out is another matter.
        let sent = |name: &str| walk.walk.query.filters.iter().any(|(known, _)| known == name);
        let misfits = || walk.misfits.iter().filter(|(_, name)| sent(name));
        let on_first = misfits().filter(|(row, _)| *row < second).count();
        let later: Vec<&(usize, String)> = misfits().filter(|(row, _)| *row >= second).collect();
        let rest = walk.rows.len().saturating_sub(second);
        // One stray record is another fault; here the filter is gone.
        if on_first > 0 || later.len() < 2 {
            continue;
        }
        let (row, name) = later[0];
        let places: Vec<usize> = later.iter().filter(|(_, other)| other == name).map(|(row, _)| *row).collect();
        let reading = Lapse { study, lists, walk, name, places: &places };
        if fails_at_once(study, operation, lists, Some(name)) || !reading.is_gone(rest) || reading.is_near_the_bound() {
            continue;
        }
        let about = lists.filters.get(name).map(|filter| filter.about.clone()).unwrap_or_default();
        ruling.blames.push(
            Blame::of_cases(
                format!("filter `{name}` is lost after the first page"),
                vec![case.clone()],
                paging::requests_around(walk, *row),
            )
            .compare(
                "records that fit, on every page",
                format!("{} of {rest} records after page one do not fit", later.len()),
            )
            .at(lists.items.clone())
            .by(&study.contract, format!("{}/x-contract/lists/filters/{name}", operation.pointer))
            .under(study, &about, Level::Deny)
            .mark(name.clone()),
        );
    }
    ruling.or_inconclusive("no filtered walk had a second page", "check against a list with more matching records")
}

/// Records after the first page of a walk that do not fit one of its filters.
struct Lapse<'a> {
    study: &'a Study,
    lists: &'a Lists,
    walk: &'a WalkSeen,
    name: &'a str,
    places: &'a [usize],
}

impl Lapse<'_> {
    /// The known records that the filter leaves out.
    fn left_out(&self) -> Option<(Vec<&Arc<Row>>, usize)> {
        let query = &self.walk.walk.query;
        let reference = self.study.reference(&query.operation)?;
        let filter = self.lists.filters.get(self.name)?;
        let value = query.filters.iter().find(|(sent, _)| sent == self.name).map(|(_, value)| value)?;
        let model = self.study.model(&query.operation)?;
        let wanted = Wanted::new(model, self.name, filter, value);
        // What other filters leave out is left out anyway.
        let others: Vec<_> = query.filters.iter().filter(|(sent, _)| sent != self.name).cloned().collect();
        let others = Fitting::new(self.lists, model, &others);
        let rows: Vec<&Arc<Row>> = reference.rows.iter().filter(|row| others.row(row) != Fit::Not).collect();
        let all = rows.len();
        Some((rows.into_iter().filter(|row| wanted.row(row) == Fit::Not).collect(), all))
    }

    /// Whether as many records do not fit as where nobody filters: every tenth, or half the share that they have in the
    /// whole list.
    fn is_gone(&self, rest: usize) -> bool {
        let many = self.places.len() * 10 >= rest;
        many || self.left_out().is_some_and(|(left_out, all)| self.places.len() * all * 2 >= left_out.len() * rest)
    }

    /// Whether a walk to the end shows, of the records beyond a bound, those next to it alone: the bound is read
    /// loosely, on whatever page it is reached.
    fn is_near_the_bound(&self) -> bool {
        let query = &self.walk.walk.query;
        let Some(filter) = self.lists.filters.get(self.name) else { return false };
        let upward = match filter.matching {
            Match::AtLeast | Match::Above => true,
            Match::AtMost | Match::Below => false,
            _ => return false,
        };
        let index = filter.field.as_deref().and_then(|field| self.study.model(&query.operation)?.field(field));
        let (Some(index), Some((left_out, _)), true) = (index, self.left_out(), self.walk.is_complete()) else {
            return false;
        };
        let rank = |row: &Row| row.traits.get(index)?.rank(Order::Number);
        let shown: HashSet<&str> =
            self.places.iter().filter_map(|at| self.walk.rows.get(*at)?.key.as_deref()).collect();
        let is_shown = |row: &&&Arc<Row>| row.key.as_deref().is_some_and(|key| shown.contains(key));
        let further = left_out.iter().filter(|row| !is_shown(row)).filter_map(|row| rank(row));
        let nearer = || self.places.iter().filter_map(|at| rank(self.walk.rows.get(*at)?));
        let mut any = false;
        let beyond = further.into_iter().all(|far| {
            any = true;
            nearer().all(|near| if upward { near >= far } else { near <= far })
        });
        any && beyond
    }
}
