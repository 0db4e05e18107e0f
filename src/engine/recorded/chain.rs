//! From single exchanges to walks, reads and repeats.
//!
//! A page belongs to the walk that was waiting for it: the same question, and the start that the page before gave.

use std::collections::HashMap;

use super::super::walk::Progress;
use super::session::Span;
use crate::case::{Access, Case, Query, Walk};
use crate::contract::semantics::Lists;
use crate::contract::{Contract, Operation, essence};
use crate::engine::means::STRICT_READS;
use crate::recording::Taken;
use crate::study::{End, Looks, MediaSeen, Observation, Seen, Start, Study, observe, question::question};

/// Walks that wait for their next page at once; older ones are given up.
const MOST_OPEN: usize = 64;

/// A case, what came of it, and when.
pub(super) type Told = (Case, Seen, Option<Span>);

/// A walk that may go on.
struct Open<'a> {
    operation: &'a Operation,
    progress: Progress<'a>,
    /// Where its next page starts; `None` once it has ended.
    next: Option<Start>,
    /// Address of its last page.
    address: String,
    span: Option<Span>,
    /// Place among all cases.
    place: usize,
}

/// Joins exchanges of one session, given in the order in time.
pub(super) struct Chains<'a> {
    study: &'a Study,
    looks: &'a Looks,
    open: Vec<Open<'a>>,
    told: Vec<(usize, Told)>,
    repeats: HashMap<String, u32>,
    place: usize,
}

impl<'a> Chains<'a> {
    pub(super) fn new(study: &'a Study, looks: &'a Looks) -> Self {
        Self { study, looks, open: Vec::new(), told: Vec::new(), repeats: HashMap::new(), place: 0 }
    }

    /// Takes the next exchange.
    pub(super) fn take(&mut self, taken: Taken) {
        let contract: &'a Contract = &self.study.contract;
        let Some(operation) = contract.operation(&taken.call.operation) else { return };
        self.place += 1;
        let span = Span::of(&taken);
        let mut seen = observe(contract, operation, taken.call, taken.exchange, self.looks);
        if taken.bodiless {
            unsee_body(operation, &mut seen);
        }
        let Some(lists) = operation.clause.lists.as_ref().filter(|_| !taken.bodiless) else {
            return self.single(seen, span);
        };
        if let Some(index) = self.follower(operation, &taken.address) {
            let first = self.open[index].progress.seen.answers.first().map(|answer| answer.call.values.clone());
            if let Some(Start::Follow(address)) = self.open[index].next.clone() {
                seen.call.follow = Some(address);
            }
            seen.call.values = first.unwrap_or_default();
            return self.go_on(index, seen, taken.address, span);
        }
        match question(operation, lists, &seen.call) {
            Some((query, Start::First)) if begins(&seen) => {
                self.begin(operation, lists, query, seen, taken.address, span)
            }
            Some((query, start)) if seen.is_success() => match self.waiting(&query, &start) {
                Some(index) => self.go_on(index, seen, taken.address, span),
                None => self.single(seen, span),
            },
            _ => self.single(seen, span),
        }
    }

    /// The walk that waits for exactly this address.
    fn follower(&self, operation: &Operation, address: &str) -> Option<usize> {
        self.open.iter().rposition(|open| match &open.next {
            Some(Start::Follow(next)) if open.operation.id == operation.id => {
                let joined = reqwest::Url::parse(&open.address).and_then(|base| base.join(next));
                joined.is_ok_and(|url| reqwest::Url::parse(address).is_ok_and(|address| address == url))
            }
            _ => false,
        })
    }

    /// The walk that waits for a page: the last one that came so far.
    fn waiting(&self, query: &Query, start: &Start) -> Option<usize> {
        self.open.iter().rposition(|open| {
            let walk = &open.progress.seen;
            let fits = match (&open.next, start) {
                // Whoever counts what came, and not what was asked for, counts on from there.
                (Some(Start::Offset(next)), Start::Offset(start)) => {
                    let items =
                        walk.pages.last().and_then(|page| walk.answers[*page].page.as_ref()).map(|page| page.items);
                    let at = walk.answers.last().map_or(0, |answer| offset_of(open.operation, answer));
                    next == start || items.is_some_and(|items| items > 0 && at + items as u64 == *start)
                }
                (Some(next), start) => next == start,
                (None, _) => false,
            };
            fits && walk.walk.query == *query
        })
    }

    fn begin(
        &mut self,
        operation: &'a Operation,
        lists: &'a Lists,
        query: Query,
        seen: Observation,
        address: String,
        span: Option<Span>,
    ) {
        let Some(model) = self.study.models.get(&operation.id) else { return self.single(seen, span) };
        let walk = Walk { query, pages: None, repeat: 0 };
        let progress = Progress::new(lists, model, &walk, STRICT_READS, 0);
        if self.open.len() >= MOST_OPEN {
            let oldest = self.open.remove(0);
            self.close(oldest);
        }
        let place = self.place;
        self.open.push(Open { operation, progress, next: Some(Start::First), address: String::new(), span, place });
        self.go_on(self.open.len() - 1, seen, address, span);
    }

    /// Adds a page to a walk.
    fn go_on(&mut self, index: usize, seen: Observation, address: String, span: Option<Span>) {
        let mut open = self.open.remove(index);
        open.span = open.span.zip(span).map(|(one, two)| one.with(two));
        open.address = address;
        let start = match (open.next.take(), offset_start(open.operation, &seen)) {
            (Some(Start::Offset(_)), Some(start)) => start,
            (next, _) => next.unwrap_or(Start::First),
        };
        open.progress.seen.answers.push(seen);
        let page = open.progress.seen.answers.len() - 1;
        let end = match open.progress.take_page(&self.study.contract, open.operation, page) {
            None => Some(End::Broken(page)),
            Some(facts) => match open.progress.next(&start, &facts, usize::MAX) {
                Ok(next) => {
                    open.next = Some(next);
                    None
                }
                Err(end) => Some(end),
            },
        };
        match end {
            Some(end) => {
                open.progress.seen.end = end;
                self.close(open);
            }
            None => self.open.push(open),
        }
    }

    /// A walk that does not go on: ended, or left by whoever walked.
    fn close(&mut self, open: Open<'a>) {
        let Open { progress, next, span, place, .. } = open;
        let mut shown = progress.into_seen();
        if next.is_some() {
            shown.end = End::Capped;
            shown.walk.pages = u32::try_from(shown.pages.len()).ok();
        }
        shown.walk.repeat = self.repeat(&Case::Walk(shown.walk.clone()));
        self.told.push((place, (Case::Walk(shown.walk.clone()), Seen::Walk(Box::new(shown)), span)));
    }

    /// An exchange that is no page of a walk.
    fn single(&mut self, mut seen: Observation, span: Option<Span>) {
        seen.call.repeat = self.repeat(&Case::Call(seen.call.clone()));
        self.told.push((self.place, (Case::Call(seen.call.clone()), Seen::Answer(Box::new(seen)), span)));
    }

    /// How often an equal case was there before.
    fn repeat(&mut self, case: &Case) -> u32 {
        let count = self.repeats.entry(case.key()).or_default();
        *count += 1;
        *count - 1
    }

    /// Every case, in the order in which they began.
    pub(super) fn finish(mut self) -> Vec<Told> {
        for open in std::mem::take(&mut self.open) {
            self.close(open);
        }
        self.told.sort_by_key(|(place, _)| *place);
        self.told.into_iter().map(|(_, told)| told).collect()
    }
}

/// Whether an answer to a request for a first page says something about the list: a page, something else instead of it,
/// or a refusal that is about the request.
fn begins(seen: &Observation) -> bool {
    let refused = seen.failure.is_none()
        && seen
            .status
            .is_some_and(|status| (400..500).contains(&status) && !matches!(status, 401 | 403 | 407 | 408 | 429));
    seen.is_success() || (refused && matches!(seen.call.access, Access::Own | Access::Second))
}

fn offset_of(operation: &Operation, answer: &Observation) -> u64 {
    let clause = operation.clause.lists.as_ref().and_then(|lists| lists.page.offset.as_ref());
    clause
        .map_or(0, |clause| answer.call.value(&clause.slot).and_then(serde_json::Value::as_u64).unwrap_or(clause.first))
}

fn offset_start(operation: &Operation, answer: &Observation) -> Option<Start> {
    operation.clause.lists.as_ref()?.page.offset.as_ref()?;
    Some(Start::Offset(offset_of(operation, answer)))
}

/// Takes back what was concluded from a body that is not in the recording.
fn unsee_body(operation: &Operation, seen: &mut Observation) {
    let response = seen.status.and_then(|status| operation.response(status));
    seen.media = match (response, &seen.content_type) {
        (Some(response), Some(got)) if !response.media.is_empty() && response.media_for(got).is_none() => {
            let declared = response.media.iter().map(|media| media.name.clone()).collect();
            MediaSeen::Other { got: essence(got), declared }
        }
        _ => MediaSeen::Unseen,
    };
}
