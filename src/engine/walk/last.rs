//! The end of a list, and what lies behind it: a token beside "no more" may lead on, a total may lie, and a server whose
//! pages are counted may show its last page again.

use std::sync::Arc;

use super::{Progress, Runner};
use crate::contract::Operation;
use crate::study::{End, PageFacts, Start, ask, records, row::key_text};

/// Pages in a row that show the last records once more: then they are all that follows.
pub(super) const ECHOES: usize = 2;

impl Runner {
    /// A token beside "no more" is followed once: does it lead to records that were kept back?
    pub(super) async fn look_beyond(&self, operation: &Operation, progress: &mut Progress<'_>) {
        let last = progress.seen.facts(progress.seen.pages.len().saturating_sub(1)).cloned();
        let Some(facts) = last else { return };
        let (Some(false), Some(token), End::Finished) = (facts.more, facts.next, progress.seen.end.clone()) else {
            return;
        };
        let start = progress.token_start(token);
        let call = ask::page_call(&self.contract, progress.lists, &progress.seen.walk.query, &start);
        let answer = self.ask(operation, call).await;
        progress.seen.went_beyond = true;
        if let Some(body) = answer.json.as_ref().filter(|_| answer.is_success()) {
            progress.seen.beyond =
                records(progress.lists, body).iter().map(|record| Arc::new(progress.model.row(record, true))).collect();
        }
        // A token that is a field of a record may be sent whenever there is one: what comes has to be a page, if an empty one.
        let by_record = progress.lists.page.next.as_ref().is_some_and(|next| next.spot.is_none());
        let no_page = answer.page.as_ref().is_none_or(|page| !page.has_items);
        if by_record && no_page && answer.is_success() {
            progress.seen.answers.push(answer);
        }
    }

    /// Looks behind the end that a total gives. What comes is a page of the walk if it shows a new record; nothing else is
    /// promised there, so that nothing else is kept.
    pub(super) async fn look_past_total(
        &self,
        operation: &Operation,
        progress: &mut Progress<'_>,
        next: &Start,
    ) -> Option<usize> {
        let call = ask::page_call(&self.contract, progress.lists, &progress.seen.walk.query, next);
        let answer = self.ask(operation, call).await;
        let body = answer.json.as_ref().filter(|_| answer.is_success())?;
        let shown = records(progress.lists, body);
        let keys = shown.iter().filter_map(|record| {
            let key = crate::document::node(record, &progress.model.key)?;
            key_text(key)
        });
        let fresh = { keys }.any(|key| !progress.keys.contains(&key));
        fresh.then(|| {
            progress.seen.answers.push(answer);
            progress.seen.answers.len() - 1
        })
    }
}

impl Progress<'_> {
    /// Where the next page starts, if a total ends the walk that the page itself speaks against: by saying that more
    /// follows, or by being full where the total may well be that of the page. A walk over the whole list looks there
    /// from every full page.
    pub(super) fn doubted(&self, end: &End, start: &Start, facts: &PageFacts) -> Option<Start> {
        let page = &self.lists.page;
        let planned = self.seen.walk.pages.is_some_and(|most| self.seen.pages.len() >= most as usize);
        let counted = page.next.is_none() && facts.items > 0 && facts.more != Some(false);
        let total = facts.total.number().filter(|_| *end == End::Finished && self.echoes == 0);
        let total = total.filter(|_| counted && !planned)?;
        let full = self.size(facts).is_some_and(|size| facts.items as u64 >= size);
        #[expect(clippy::cast_precision_loss, reason = "records of a page are far below 2^53")]
        let of_page = total == facts.items as f64;
        let whole = self.seen.walk.pages.is_none() && self.seen.walk.query.is_whole();
        if facts.more != Some(true) && !(full && (whole || of_page)) {
            return None;
        }
        match (&page.offset, &page.number, start) {
            (Some(_), _, Start::Offset(at)) => Some(Start::Offset(at + self.step(facts))),
            (Some(clause), ..) => Some(Start::Offset(clause.first + self.step(facts))),
            (None, Some(_), Start::Number(at)) => Some(Start::Number(at + 1)),
            (None, Some(clause), _) => Some(Start::Number(clause.first + 1)),
            (None, None, _) => None,
        }
    }

    /// Whether the page just taken in shows the last records before it once more, and none else, where pages are counted.
    pub(super) fn is_echo(&self) -> bool {
        let (seen, page) = (&self.seen, &self.lists.page);
        let Some(at) = seen.starts.last().copied() else { return false };
        // Of several echoes each is held against the records before the first.
        let before = seen.starts[seen.starts.len() - 1 - self.echoes.min(seen.starts.len() - 1)];
        let shown = seen.rows.len() - at;
        if page.next.is_some() || shown == 0 || shown > before {
            return false;
        }
        let keys = |from: usize| seen.rows[from..from + shown].iter().map(|row| row.key.as_deref());
        keys(at).eq(keys(before - shown)) && { keys(at) }.all(|key| key.is_some())
    }

    /// Leaves out the pages at the end of a walk that show the last records once more: nothing is promised of what lies
    /// behind the end, so that they are no records that come twice. Where others were to come, the checks say so.
    pub(super) fn drop_echoes(&mut self) {
        if self.echoes == 0 || !matches!(self.seen.end, End::Finished | End::Capped) {
            return;
        }
        let seen = &mut self.seen;
        seen.pages.truncate(seen.pages.len() - self.echoes);
        let rows = seen.starts[seen.pages.len()];
        seen.starts.truncate(seen.pages.len());
        seen.rows.truncate(rows);
        seen.misfits.retain(|(row, _)| *row < rows);
        seen.samples.retain(|(row, _)| *row < rows);
        seen.expansions.retain(|(row, ..)| *row < rows);
        self.drawn.retain(|(_, row), _| *row < rows);
        seen.echoes = self.echoes;
    }
}
