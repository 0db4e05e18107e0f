//! The end of a list, and what lies behind it: a token beside "no more" may lead on, a total may lie, and a server whose
//! pages are counted may show its last page again.

use std::sync::Arc;

use super::{Progress, Runner};
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Lists};
use crate::study::bodies::Held;
use crate::study::{End, PageFacts, Row, Start, WalkSeen, ask, records, row::key_text};

/// Pages in a row that show the last records once more: then they are all that follows.
const ECHOES: usize = 2;

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
        let total = facts.total.number().filter(|_| *end == End::Finished && self.tail.echoes == 0);
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

    /// Leaves out the pages at the end of a walk that show the last records once more: nothing is promised of what lies
    /// behind the end, so that they are no records that come twice. Where others were to come, the checks say so.
    pub(super) fn drop_tail(&mut self) {
        let echoes = self.tail.echoes;
        if echoes == 0 || !matches!(self.seen.end, End::Finished | End::Capped) {
            return;
        }
        let seen = &mut self.seen;
        seen.pages.truncate(seen.pages.len() - echoes);
        let rows = seen.starts[seen.pages.len()];
        seen.starts.truncate(seen.pages.len());
        seen.rows.truncate(rows);
        seen.misfits.retain(|(row, _)| *row < rows);
        seen.samples.retain(|(row, _)| *row < rows);
        seen.expansions.retain(|(row, ..)| *row < rows);
        self.drawn.retain(|(_, row), _| *row < rows);
        seen.echoes = echoes;
    }
}

/// The last page, as it comes once more behind the end of a list. Where the contract has it there, the first time is enough,
/// and it is left out at once; elsewhere it may be a page that is repeated, until it comes again.
pub(super) struct Tail {
    /// Whether the contract says that the last page lies beyond the end.
    promised: bool,
    /// Whether pages are counted: a token that leads on is another matter.
    counted: bool,
    /// Pages in a row, up to the last one taken in, that show the last records once more.
    echoes: usize,
    /// Whether the page looked at is what the contract has beyond the end.
    at_end: bool,
}

impl Tail {
    pub(super) fn new(lists: &Lists) -> Self {
        let page = &lists.page;
        let promised = page.past_end.as_ref().is_some_and(|handling| handling.is == Choice::Last);
        Self { promised, counted: page.next.is_none(), echoes: 0, at_end: false }
    }

    /// Looks at a page before it is taken in.
    pub(super) fn take(&mut self, seen: &WalkSeen, facts: &PageFacts, rows: &[(Held<'_>, Arc<Row>)]) {
        self.at_end = self.promised && is_promised(seen, facts, rows);
        if !self.at_end {
            // Behind an empty page the count begins anew: the pages that it stands between are not all the same.
            self.echoes = if self.counted && self.is_echo(seen, rows) { self.echoes + 1 } else { 0 };
        }
    }

    /// Whether all that follows is the last page.
    pub(super) fn is_over(&self) -> bool {
        self.at_end || self.echoes >= ECHOES
    }

    /// Whether the page looked at is no page of the walk.
    pub(super) fn is_left_out(&self) -> bool {
        self.at_end
    }

    /// Whether a page shows the last records before the first echo once more, and none else.
    fn is_echo(&self, seen: &WalkSeen, rows: &[(Held<'_>, Arc<Row>)]) -> bool {
        let first_echo = seen.starts.len() - self.echoes;
        let before = seen.starts.get(first_echo).copied().unwrap_or(seen.rows.len());
        before.checked_sub(rows.len()).is_some_and(|start| shows_again(&seen.rows[start..before], rows))
    }
}

/// Whether a page is the whole page before it. Where more is said to follow, that was not the last.
fn is_promised(seen: &WalkSeen, facts: &PageFacts, rows: &[(Held<'_>, Arc<Row>)]) -> bool {
    let more = match facts.pages.number() {
        Some(pages) => pages > seen.pages.len() as f64,
        None => facts.next_number.number().is_some() || facts.more == Some(true),
    };
    let start = seen.starts.last().copied().unwrap_or(seen.rows.len());
    !more && shows_again(&seen.rows[start..], rows)
}

/// Whether a page shows known records once more, told by their keys.
fn shows_again(known: &[Arc<Row>], rows: &[(Held<'_>, Arc<Row>)]) -> bool {
    let keys = || rows.iter().map(|(_, row)| row.key.as_ref());
    !rows.is_empty() && keys().all(|key| key.is_some()) && keys().eq(known.iter().map(|row| row.key.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Call, Query, Walk};
    use crate::contract::Contract;
    use crate::exchange::{Answer, Exchange, Sent};
    use crate::study::{Looks, Model, observe};

    /// What is left of a walk over pages with these keys.
    fn walked(pages: &[&[&str]]) -> WalkSeen {
        let contract = Contract::shipped("flexprice").expect("is shipped");
        let operation = contract.operations.iter().find(|operation| operation.clause.lists.is_some()).expect("a list");
        let lists = operation.clause.lists.as_ref().expect("it lists");
        let model = Model::new(&contract, operation, lists);
        let walk = Walk { query: Query::new(&operation.id, Some(2)), pages: None, repeat: 0 };
        let mut progress = Progress::new(lists, &model, &walk, 0, 0);
        for keys in pages {
            let records: Vec<_> = keys.iter().map(|key| serde_json::json!({"id": key})).collect();
            let body = serde_json::json!({"items": records}).to_string().into();
            let answer = Answer { status: 200, headers: Vec::new(), body };
            let exchange = Exchange { sent: Sent::default(), outcome: Ok(answer), waited: Vec::new() };
            let seen = observe(&contract, operation, Call::new(&operation.id), exchange, &Looks::default());
            progress.seen.answers.push(seen);
            let index = progress.seen.answers.len() - 1;
            progress.take_page(&contract, operation, index).expect("a page");
        }
        progress.seen.end = End::Finished;
        progress.into_seen()
    }

    #[test]
    fn the_last_page_once_more_is_no_page_unless_another_one_follows() {
        let last: &[&str] = &["c", "d"];
        for (pages, wanted) in [
            (vec![&["a", "b"][..], last, last], (2, 4, 1)),
            (vec![&["a", "b"][..], last, last, last], (2, 4, 2)),
            (vec![&["a", "b"][..], last, &["d"]], (2, 4, 1)),
            // What is left out is the page that comes again, and not the one behind it.
            (vec![&["a", "b"][..], last, last, &[]], (4, 6, 0)),
            (vec![&["a", "b"][..], last, last, &[], last], (4, 6, 1)),
            (vec![&["a", "b"][..], last, last, &["e"]], (4, 7, 0)),
        ] {
            let walk = walked(&pages);
            assert_eq!((walk.pages.len(), walk.rows.len(), walk.echoes), wanted, "{pages:?}");
        }
    }
}
