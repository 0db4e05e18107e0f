//! Where the next page of a walk starts, or why there is none.

use super::Progress;
use crate::study::{End, Figure, PageFacts, Start};

/// Pages after which no walk goes on, whatever it was planned for.
const MOST_PAGES: usize = 20_000;
/// Pages in a row without a new record after which a walk counts as endless.
const STALE_PAGES: u32 = 3;
/// Empty pages in a row that are followed: of a whole list, and under filters, which a server may apply after it has cut
/// its pages.
const EMPTY_PAGES: u32 = 8;
const EMPTY_PAGES_FILTERED: u32 = 40;

impl Progress<'_> {
    pub(super) fn token_start(&self, token: String) -> Start {
        match &self.lists.page.next {
            Some(next) if next.is_url() => Start::Follow(token),
            _ => Start::Token(token),
        }
    }

    /// Where the next page starts, or why there is none.
    pub(in crate::engine) fn next(
        &mut self,
        start: &Start,
        facts: &PageFacts,
        max_records: usize,
    ) -> Result<Start, End> {
        let filtered = !self.seen.walk.query.filters.is_empty();
        if self.stale >= STALE_PAGES || self.empty > if filtered { EMPTY_PAGES_FILTERED } else { EMPTY_PAGES } {
            return Err(End::Endless);
        }
        if self.tail.is_over() {
            return Err(End::Finished);
        }
        let next = self.follow(start, facts)?;
        // Empty pages under a filter hold nothing that the plan asks for.
        let counted = self.seen.pages.len() - if filtered { self.emptied } else { 0 };
        let planned = self.seen.walk.pages.is_some_and(|most| counted >= most as usize);
        if planned || self.seen.pages.len() >= MOST_PAGES || self.seen.rows.len() >= max_records {
            return Err(End::Capped);
        }
        Ok(next)
    }

    fn follow(&mut self, start: &Start, facts: &PageFacts) -> Result<Start, End> {
        let page = &self.lists.page;
        if facts.more == Some(false) {
            return Err(End::Finished);
        }
        if let Some(clause) = &page.next {
            let by_field = clause.spot.is_none();
            return match &facts.next {
                Some(_) if by_field && facts.items == 0 => Err(End::Finished),
                Some(token) if !self.tokens.insert(token.clone()) => Err(End::TokenRepeated),
                Some(token) => Ok(self.token_start(token.clone())),
                None if facts.more == Some(true) && facts.items > 0 => Err(End::NoToken),
                None => Err(End::Finished),
            };
        }
        if let Some(clause) = &page.offset {
            let at = match start {
                Start::Offset(at) => *at,
                _ => clause.first,
            };
            return self.count_on(at, self.step(facts), clause.first, facts).map(Start::Offset);
        }
        if let Some(clause) = &page.number {
            let at = match start {
                Start::Number(at) => *at,
                _ => clause.first,
            };
            let walked = self.seen.rows.len() as u64;
            if page.next_number.is_some() && facts.next_number == Figure::Absent {
                return Err(End::Finished);
            }
            if facts.items == 0 || facts.total.number().is_some_and(|total| walked as f64 >= total) {
                return Err(End::Finished);
            }
            return Ok(Start::Number(at + 1));
        }
        // Nothing leads on: of a list that has pages only the first is known, unless it has room left.
        let full = page.size.is_some() && self.size(facts).is_none_or(|size| facts.items as u64 >= size);
        Err(if full && facts.total.number().is_none_or(|total| total > self.seen.rows.len() as f64) {
            End::Capped
        } else {
            End::Finished
        })
    }

    /// Records that one page covers, by the client's own arithmetic.
    pub(super) fn step(&self, facts: &PageFacts) -> u64 {
        self.size(facts).unwrap_or(facts.items as u64).max(1)
    }

    /// Records that a full page holds, as far as it is known.
    pub(super) fn size(&self, facts: &PageFacts) -> Option<u64> {
        let size = self.lists.page.size.as_ref();
        let most = size.and_then(|size| size.max).unwrap_or(u64::MAX);
        let asked = self.seen.walk.query.size.map(|asked| asked.min(most));
        let default = size.and_then(|size| size.default.as_ref()).map(|default| default.value);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a small whole number"
        )]
        let echoed = facts.size_echo.number().filter(|x| x.fract() == 0.0 && (1.0..1e6).contains(x)).map(|x| x as u64);
        asked.or(echoed).or(default)
    }

    fn count_on(&self, at: u64, step: u64, first: u64, facts: &PageFacts) -> Result<u64, End> {
        let next = at + step;
        #[expect(clippy::cast_precision_loss, reason = "offsets are far below 2^53")]
        let done = facts.total.number().is_some_and(|total| (next - first) as f64 >= total);
        if facts.items == 0 || done { Err(End::Finished) } else { Ok(next) }
    }
}
