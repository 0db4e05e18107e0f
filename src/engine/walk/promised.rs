//! Figures and pages that mean something else than they seem, because the contract says so.

use std::sync::Arc;

use super::Progress;
use crate::contract::semantics::{Choice, Counted};
use crate::study::bodies::Held;
use crate::study::{PageFacts, Row};

impl Progress<'_> {
    /// A total of the whole collection says nothing of what matches a filter: no walk under one is ended by it.
    pub(super) fn of_what_matches(&mut self, index: usize, mut facts: PageFacts) -> PageFacts {
        let collection = self.lists.page.total.as_ref().is_some_and(|total| total.of == Counted::Collection);
        if collection && !self.seen.walk.query.filters.is_empty() {
            facts.count_collection();
            self.seen.answers[index].page = Some(facts.clone());
        }
        facts
    }

    /// Whether this is the last page once more, as it lies beyond the end where the contract says so. Where more
    /// is said to follow, it is not the last.
    pub(super) fn shows_last_page_again(&self, facts: &PageFacts, rows: &[(Held<'_>, Arc<Row>)]) -> bool {
        let promised = self.lists.page.past_end.as_ref().is_some_and(|handling| handling.is == Choice::Last);
        let more = match facts.pages.number() {
            Some(pages) => pages > self.seen.pages.len() as f64,
            None => facts.next_number.number().is_some() || facts.more == Some(true),
        };
        let start = self.seen.starts.last().copied().unwrap_or(self.seen.rows.len());
        let before = self.seen.rows[start..].iter().map(|row| row.key.as_ref());
        let keys = || rows.iter().map(|(_, row)| row.key.as_ref());
        promised && !more && !rows.is_empty() && keys().all(|key| key.is_some()) && keys().eq(before)
    }
}
