//! Walking a list: page after page, to the end that the target itself gives, within bounded time and memory.

mod following;
mod last;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use self::last::Tail;
use super::run::Runner;
use crate::case::Walk;
use crate::contract::semantics::{Absent, Lists};
use crate::contract::{Contract, Operation};
use crate::exchange::Failure;
use crate::study::bodies::{Held, reduced};
use crate::study::features::Features;
use crate::study::{End, Fit, Model, Observation, PageFacts, Row, Start, WalkSeen, Wanted, ask, expand_fault, records};

/// Records kept in full per walk because of what they show or where they stand.
const MOST_SAMPLES: usize = 48;
/// Records kept in full per walk that are drawn from all of them.
const MOST_DRAWN: usize = 64;
/// First pages of a walk of which an excerpt is kept.
const EXCERPTS: usize = 64;
/// Further pages of which one is kept because something is wrong on them.
const MORE_EXCERPTS: usize = 64;
/// Records after which texts are kept as hashes only.
const TEXT_ROWS: usize = 10_000;

/// What the filters of a walk ask for, those that mean something when they are left out included.
fn wanted<'a>(lists: &'a Lists, model: &'a Model, walk: &Walk) -> Vec<(String, Wanted<'a>)> {
    let sent = walk.query.filters.iter().filter_map(|(name, value)| Some((name, lists.filters.get(name)?, value)));
    let absent = lists.filters.iter().filter_map(|(name, filter)| match &filter.absent {
        Some(Absent::Only(value)) if walk.query.filters.iter().all(|(known, _)| known != name) => {
            Some((name, filter, value))
        }
        _ => None,
    });
    sent.chain(absent).map(|(name, filter, value)| (name.clone(), Wanted::new(model, name, filter, value))).collect()
}

/// A walk in progress.
pub(super) struct Progress<'a> {
    lists: &'a Lists,
    model: &'a Model,
    pub(super) seen: WalkSeen,
    /// What the filters ask for, those that mean something when they are left out included.
    wanted: Vec<(String, Wanted<'a>)>,
    tokens: HashSet<String>,
    keys: HashSet<Box<str>>,
    features: Features,
    /// Excerpts that may still be kept beyond the first pages.
    excerpts: usize,
    stale: u32,
    /// Whether the last page comes again, where pages are counted.
    tail: Tail,
    /// Empty pages in a row, and in all.
    empty: u32,
    emptied: usize,
    /// Records that are going to be read one by one.
    reads: usize,
    /// Records drawn from all of them, with their rows, by their lot: those with the lowest stay.
    drawn: BTreeMap<(u64, usize), Arc<Value>>,
    /// Seed of the lots.
    seed: u64,
}

impl Runner {
    /// Walks a list.
    pub(super) async fn walk(&self, operation: &Operation, lists: &Lists, model: &Model, walk: &Walk) -> WalkSeen {
        let mut progress = Progress::new(lists, model, walk, self.reads, self.seed);
        let mut start = Start::First;
        let mut found = None;
        loop {
            let page = match found.take() {
                Some(page) => Some(page),
                None => self.page(operation, &mut progress, &start).await,
            };
            let Some(index) = page else { return progress.into_seen() };
            let Some(facts) = progress.take_page(&self.contract, operation, index) else {
                progress.seen.end = End::Broken(index);
                return progress.into_seen();
            };
            match progress.next(&start, &facts, self.max_records()) {
                Ok(next) => start = next,
                Err(end) => {
                    if let Some(next) = progress.doubted(&end, &start, &facts) {
                        found = self.look_past_total(operation, &mut progress, &next).await;
                        start = next;
                    }
                    if found.is_none() {
                        progress.seen.end = end;
                        break;
                    }
                }
            }
        }
        self.look_beyond(operation, &mut progress).await;
        progress.into_seen()
    }

    /// Fetches a page; a server error or a broken connection is looked at once more.
    async fn page(&self, operation: &Operation, progress: &mut Progress<'_>, start: &Start) -> Option<usize> {
        let query = progress.seen.walk.query.clone();
        for attempt in 0..2 {
            let mut call = ask::page_call(&self.contract, progress.lists, &query, start);
            call.repeat = attempt;
            let answer = self.ask(operation, call).await;
            let again = attempt == 0 && is_transient(&answer);
            let success = answer.is_success();
            progress.seen.answers.push(answer);
            let index = progress.seen.answers.len() - 1;
            if success {
                return Some(index);
            }
            if !again {
                progress.seen.end = match progress.seen.answers[index].failure {
                    Some(Failure::Stopped(_)) => End::Capped,
                    _ => End::Broken(index),
                };
                return None;
            }
        }
        None
    }
}

fn is_transient(answer: &Observation) -> bool {
    match &answer.failure {
        Some(Failure::Stopped(_) | Failure::Unsendable(_)) => false,
        Some(_) => true,
        None => answer.status.is_some_and(|status| status >= 500),
    }
}

impl<'a> Progress<'a> {
    pub(super) fn new(lists: &'a Lists, model: &'a Model, walk: &Walk, reads: usize, seed: u64) -> Self {
        let seen = WalkSeen {
            walk: walk.clone(),
            answers: Vec::new(),
            pages: Vec::new(),
            rows: Vec::new(),
            starts: Vec::new(),
            echoes: 0,
            end: End::Capped,
            beyond: Vec::new(),
            went_beyond: false,
            samples: Vec::new(),
            misfits: Vec::new(),
            fits_judged: 0,
            expansions: Vec::new(),
            expansions_judged: BTreeMap::new(),
        };
        Self {
            lists,
            model,
            seen,
            wanted: wanted(lists, model, walk),
            tokens: HashSet::new(),
            keys: HashSet::new(),
            features: Features::default(),
            excerpts: MORE_EXCERPTS,
            stale: 0,
            tail: Tail::new(lists),
            empty: 0,
            emptied: 0,
            reads,
            drawn: BTreeMap::new(),
            seed,
        }
    }

    /// What was seen, with the records that were drawn among those that were kept.
    pub(super) fn into_seen(mut self) -> WalkSeen {
        self.drop_tail();
        self.forget_unshown();
        let samples = &mut self.seen.samples;
        samples.extend(self.drawn.into_iter().map(|((_, row), record)| (row, record)));
        samples.sort_by_key(|(row, _)| *row);
        samples.dedup_by_key(|(row, _)| *row);
        self.seen
    }

    /// Draws lots: a record has the same one in every walk.
    fn draw(&mut self, row: usize, key: &str, record: &Held<'_>) {
        let lot = (xxhash_rust::xxh3::xxh3_64_with_seed(key.as_bytes(), self.seed), row);
        let full = self.drawn.len() >= MOST_DRAWN;
        if full && self.drawn.last_key_value().is_some_and(|(highest, _)| *highest < lot) {
            return;
        }
        if full {
            self.drawn.pop_last();
        }
        self.drawn.insert(lot, record.keep());
    }

    /// Takes the records of a page in and drops its body; `None` when it is no page.
    pub(super) fn take_page(&mut self, contract: &Contract, operation: &Operation, index: usize) -> Option<PageFacts> {
        let page = self.seen.answers[index].page.as_mut()?;
        if !self.seen.walk.query.filters.is_empty() {
            page.read_under_filters(self.lists);
        }
        let facts = page.clone();
        let body = self.seen.answers[index].json.take()?;
        if !facts.has_items {
            self.keep_excerpt(index, body, &[]);
            return None;
        }
        let items = records(self.lists, &body);
        let rows = self.rows(index, &items);
        self.tail.take(&self.seen, &facts, &rows);
        if self.tail.is_left_out() {
            return Some(facts);
        }
        self.seen.pages.push(index);
        self.seen.starts.push(self.seen.rows.len());
        let mut fresh = false;
        let mut odd = Vec::new();
        for (position, (record, row)) in rows.into_iter().enumerate() {
            let border = position == 0 || position + 1 == items.len();
            let faults = (self.seen.misfits.len(), self.seen.expansions.len());
            let new = self.take_record(contract, operation, (&record, row), border);
            if !new || faults != (self.seen.misfits.len(), self.seen.expansions.len()) {
                odd.push(position);
            }
            fresh |= new;
        }
        if items.is_empty() {
            self.empty += 1;
            self.emptied += 1;
        } else {
            self.empty = 0;
            self.stale = if fresh { 0 } else { self.stale + 1 };
        }
        self.keep_excerpt(index, body, &odd);
        Some(facts)
    }

    /// Keeps an excerpt of the first pages, and of some later ones on which something is wrong.
    fn keep_excerpt(&mut self, index: usize, body: Arc<Value>, odd: &[usize]) {
        let answer = &mut self.seen.answers[index];
        if self.seen.pages.len() > EXCERPTS {
            if self.excerpts == 0 || (odd.is_empty() && !answer.body.is_telling()) {
                return;
            }
            self.excerpts -= 1;
        }
        answer.json = Some(body);
        answer.lighten(&self.lists.items, odd);
    }

    /// The records of a page with what they are reduced to; what another run made of the same page is taken from there.
    fn rows<'i>(&self, index: usize, items: &[&'i Value]) -> Vec<(Held<'i>, Arc<Row>)> {
        let texts = self.seen.rows.len() + items.len() <= TEXT_ROWS;
        let known = self.seen.answers.get(index).and_then(|answer| answer.known.as_deref()).filter(|_| texts);
        reduced(known, items, |record| Arc::new(self.model.row(record, texts)))
    }

    fn take_record(
        &mut self,
        contract: &Contract,
        operation: &Operation,
        (held, row): (&Held<'_>, Arc<Row>),
        border: bool,
    ) -> bool {
        let record: &Value = held;
        let index = self.seen.rows.len();
        let query = &self.seen.walk.query;
        for (name, wanted) in &self.wanted {
            match wanted.record(record) {
                Fit::Not => self.seen.misfits.push((index, name.clone())),
                Fit::Must | Fit::May => self.seen.fits_judged += 1,
                Fit::Unknown => {}
            }
        }
        for (number, expand) in operation.clause.expands.iter().enumerate() {
            let asked = query.expand.contains(&expand.value);
            *self.seen.expansions_judged.entry(number).or_default() += u64::from(asked);
            if let Some(fault) = expand_fault(expand, asked, record) {
                self.seen.expansions.push((index, number, fault));
            }
        }
        // A record without a key is known by what it shows.
        let key: Box<str> = row.key.clone().unwrap_or_else(|| format!("# {:x}", row.print).into());
        let unbounded = self.seen.walk.pages.is_none();
        if query.is_whole() {
            if self.keeps(contract, record, border) {
                self.seen.samples.push((index, held.keep()));
            }
            // The walks that go to the end are enough to draw from.
            if unbounded {
                self.draw(index, &key, held);
            }
        }
        let fresh = self.keys.insert(key);
        self.seen.rows.push(row);
        fresh
    }

    /// Whether a record is kept in full: up to a few dozen that differ, or as many as are going to be read one by one. Some
    /// more are drawn.
    fn keeps(&mut self, contract: &Contract, record: &Value, border: bool) -> bool {
        let kept = self.seen.samples.len();
        if kept >= MOST_SAMPLES {
            return kept < self.reads || self.features.take_lookalike(contract, self.model, record);
        }
        let telling = self.features.take(contract, self.model, record);
        telling || border || kept < self.reads
    }

    /// Where no record shows the field that a filter is about, nothing tells whether they fit: that is no misfit.
    fn forget_unshown(&mut self) {
        let rows = &self.seen.rows;
        let unshown = self.wanted.iter().filter(|(_, wanted)| !wanted.is_shown(rows));
        let unshown: Vec<&String> = unshown.map(|(name, _)| name).collect();
        self.seen.misfits.retain(|(_, name)| !unshown.contains(&name));
    }
}
