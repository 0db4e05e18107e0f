//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, filtering, not_applicable, paging};
use crate::case::Case;
use crate::contract::Operation;
use crate::contract::semantics::{Clause, Lists};
use crate::finding::Level;
use crate::study::{Figure, Study, WalkSeen};

check! {
    /// The number of the next page, or of all pages, is wrong.
    ///
    /// ## Why it matters
    /// Consumers go on with the one and draw their page links by the other: they leave pages out, or ask for pages that are
    /// not there.
    ///
    /// ## Example
    /// `"pages": 13` for 237 customers in pages of 20, of which there are 12.
    ///
    /// ## Source
    /// `next-number` and `pages` of the list's paging.
    id: "wrong-page-number", family: Paging, level: Deny, proof: Walk,
    faults: ["page-count-wrong", "page-count-ignores-filter", "next-number-leaves-page-out", "next-number-on-last-page"],
    plan: paging::plan_walks, judge: judge,
}

/// A walk that is judged, with what it is judged by.
struct Look<'a> {
    study: &'a Study,
    operation: &'a Operation,
    lists: &'a Lists,
    case: &'a Case,
    walk: &'a WalkSeen,
}

impl Look<'_> {
    fn blame(&self, page: usize, title: &str, name: &str, clause: &Clause, (expected, actual): (String, f64)) -> Blame {
        let sent = self.walk.answer(page).map(|answer| answer.sent.clone()).into_iter().collect();
        Blame::of_cases(title, vec![self.case.clone()], sent)
            .compare(expected, actual.to_string())
            .by(&self.study.contract, paging::clause(self.operation, name))
            .under(self.study, &clause.about, Level::Deny)
            .mark(if self.walk.walk.query.filters.is_empty() { "plain" } else { "filtered" })
    }

    /// Records per page of this walk.
    fn size(&self) -> Option<u64> {
        let most = self.lists.page.size.as_ref().and_then(|size| size.max);
        let asked = self.walk.walk.query.size.map(|asked| most.map_or(asked, |most| asked.min(most)));
        asked.or_else(|| paging::default_size(self.study, self.operation, self.lists)).filter(|size| *size > 0)
    }

    /// The number of pages is that which the records of the walk fill; of none, none or an empty one.
    fn pages(&self, clause: &Clause, ruling: &mut Ruling) {
        let Some(size) = self.size() else { return };
        let fill = (self.walk.rows.len() as u64).div_ceil(size);
        let lawful = [fill, fill.max(1)].map(|pages| pages as f64);
        for page in 0..self.walk.pages.len() {
            let Some(Figure::Is(named)) = self.walk.facts(page).map(|facts| facts.pages) else { continue };
            ruling.evidence.pages += 1;
            if !lawful.contains(&named) {
                let title = "the number of pages is not that which the records fill";
                ruling.blames.push(self.blame(page, title, "pages", clause, (fill.to_string(), named)));
                break;
            }
        }
    }

    /// The number of the next page is one more than that of this page, and there is none on the last.
    fn next(&self, clause: &Clause, ruling: &mut Ruling) {
        let Some(first) = self.lists.page.number.as_ref().map(|number| number.first) else { return };
        let last = (0..self.walk.pages.len()).rev().find(|page| !self.walk.rows_of(*page).is_empty());
        for page in 0..=last.unwrap_or(0) {
            let Some(Figure::Is(named)) = self.walk.facts(page).map(|facts| facts.next_number) else { continue };
            ruling.evidence.pages += 1;
            let next = (first + page as u64 + 1) as f64;
            let full = self.size().is_some_and(|size| self.walk.rows_of(page).len() as u64 >= size);
            // Where a full page may promise more that does not come, so may its number.
            let at_end = Some(page) == last && self.walk.is_complete() && !(full && self.lists.page.full_end.is_some());
            let expected = if at_end { "none: this is the last page".to_owned() } else { next.to_string() };
            if at_end || (named - next).abs() > f64::EPSILON {
                let title = "the number of the next page is wrong";
                ruling.blames.push(self.blame(page, title, "next-number", clause, (expected, named)));
                break;
            }
        }
    }
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let page = &lists.page;
    if page.pages.is_none() && page.next_number.is_none() {
        return not_applicable("the answer numbers no pages");
    }
    let mut ruling = Ruling::default();
    // Where filters are ignored, some pages answer another question, and are numbered as the pages of its answer.
    let ignored = filtering::fails_at_once(study, operation, lists, None);
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| !ignored || walk.walk.query.filters.is_empty()) {
        let look = Look { study, operation, lists, case, walk };
        if let Some(clause) = &page.next_number {
            look.next(clause, &mut ruling);
        }
        if let Some(clause) = page.pages.as_ref().filter(|_| walk.is_complete()) {
            look.pages(clause, &mut ruling);
        }
    }
    ruling.or_inconclusive("no walk with such a number reached its end", "raise --max-records or --max-requests")
}
