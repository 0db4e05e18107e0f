//! A page: the records cut out of a walk, and the envelope around them.

use std::sync::Arc;

use serde_json::Value;

use super::ask::{Ask, From, Reader, Refused};
use super::blueprint::Counts;
use super::exchange::{Answer, Incoming, Inputs, set_at, take_at};
use super::habits::Tokens;
use super::hook::Neglect;
use super::population::Row;
use super::select::{self, Rank, Ranked};
use super::token::Mark;
use crate::contract::semantics::{Choice, Clause, Order, Slot, Spot};
use crate::document::text_of;

/// A page before it is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Arc<Row>>,
    /// Records before this page.
    pub(crate) start: usize,
    /// Records that match.
    pub(crate) total: i64,
    /// Records on this page, as the envelope says.
    pub(crate) count: i64,
    /// Records after this page.
    pub(crate) remaining: i64,
    /// The size in effect.
    pub(crate) size: i64,
    pub(crate) offset_echo: i64,
    pub(crate) more: bool,
    /// The token of the next page.
    pub(crate) token: Option<String>,
    /// Pages that the records that match fill, one at least.
    pub(crate) pages: i64,
    /// Number of the next page.
    pub(crate) next_number: Option<i64>,
    /// Where the next page starts, for addresses.
    pub(crate) next_start: usize,
}

impl Reader<'_> {
    /// Cuts a page out of the matching records, which are in order.
    pub(crate) fn cut(&self, ask: &Ask, matching: &[Ranked]) -> Page {
        let size = ask.size.unwrap_or(matching.len());
        let start = self.within_end(self.position(ask, matching), size, matching.len());
        let mut end = start.saturating_add(size).min(matching.len());
        let middle =
            self.habits.empty_page && !ask.again && start > 0 && end < matching.len() && self.odd_page(start, size);
        if middle && !matches!(ask.from, From::Offset(_)) {
            end = start;
        }
        let mut page = Page {
            rows: matching[start..end].iter().map(|(_, row)| Arc::clone(row)).collect(),
            start,
            next_start: end,
            ..Page::default()
        };
        let full = size > 0 && end - start == size;
        page.more = end < matching.len() || (self.habits.full_end && full && self.lists.page.full_end.is_some());
        let exact = |x: usize| i64::try_from(x).unwrap_or(i64::MAX);
        page.total = exact(matching.len());
        page.count = exact(end - start);
        page.remaining = exact(matching.len() - end);
        page.size = exact(ask.size.unwrap_or(matching.len()));
        page.offset_echo = self.offset_echo(ask, size);
        page.pages = exact(matching.len().div_ceil(size.max(1)).max(1));
        let first = self.lists.page.number.as_ref().map_or(0, |number| usize_of(number.first));
        page.next_number = (end < matching.len()).then(|| exact(end.div_ceil(size.max(1)) + first));
        if page.more || self.habits.last_token {
            page.token = self.token(ask, matching, end, middle);
        }
        page
    }

    /// Where a page starts that was asked for: behind the last record, or on the last page where the contract says so.
    fn within_end(&self, start: usize, size: usize, length: usize) -> usize {
        let page = &self.lists.page;
        let shows_last = page.past_end.as_ref().is_some_and(|handling| handling.is == Choice::Last);
        if start >= length && shows_last && page.number.is_some() {
            return length.saturating_sub(1) / size.max(1) * size;
        }
        start.min(length)
    }

    /// Cuts a page out of all records and filters it then, if this server does so.
    pub(crate) fn cut_first(&self, ask: &Ask, all: impl FnOnce() -> Arc<Vec<Ranked>>) -> Option<Page> {
        let page = &self.lists.page;
        let may = page.empty.is_some() && page.total.is_none() && page.remaining.is_none() && page.next.is_some();
        if !(may && self.habits.cuts_first && ask.filters.iter().any(|condition| condition.asked)) {
            return None;
        }
        let mut page = self.cut(ask, &all());
        page.rows.retain(|row| select::matches(self.lists, self.route, ask, row));
        page.count = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
        Some(page)
    }

    /// An empty page stands in for one page of the walk only: its token carries a mark of its own.
    fn odd_page(&self, start: usize, size: usize) -> bool {
        self.lists.page.empty.is_some() && size > 0 && start == size
    }

    /// Records before the page.
    fn position(&self, ask: &Ask, matching: &[Ranked]) -> usize {
        match &ask.from {
            From::Start => 0,
            From::Offset(offset) => *offset,
            From::Key(key) => {
                let field = self.lists.page.next.as_ref().and_then(|next| next.field.as_deref());
                let fits = |row: &Row| match field {
                    Some(field) => {
                        let sent = Value::from(key.as_str());
                        row.value.pointer(field).is_some_and(|value| select::equal(value, &sent, false))
                    }
                    None => row.key == *key,
                };
                matching.iter().rposition(|(_, row)| fits(row)).map_or(matching.len(), |at| at + 1)
            }
            From::After(mark) => {
                let order = ask.order.field.as_ref().map_or(Order::Text, |(_, order)| *order);
                let rank = Rank::of(Some(&mark.value), order);
                let rank = if ask.order.field.is_some() { rank } else { Rank::Nothing };
                matching.partition_point(|(other, row)| {
                    other
                        .compare(&rank, ask.order.descending)
                        .then_with(|| row.key.as_str().cmp(mark.key.as_str()))
                        .is_le()
                })
            }
        }
    }

    /// The token that continues behind the record before `end`.
    fn token(&self, ask: &Ask, matching: &[Ranked], end: usize, again: bool) -> Option<String> {
        let last = &matching.get(end.checked_sub(1)?)?.1;
        if let Some(field) = self.lists.page.next.as_ref().and_then(|next| next.field.as_deref()) {
            return last.value.pointer(field).map(text_of);
        }
        match self.tokens() {
            Tokens::Offset => Some((end + self.first_count()).to_string()),
            Tokens::Key => Some(last.key.clone()),
            Tokens::Opaque => {
                let field = ask.order.field.as_ref().map(|(field, _)| field.as_str());
                let value = field.and_then(|field| last.value.pointer(field)).cloned().unwrap_or(Value::Null);
                let mark = Mark { value, key: last.key.clone(), walk: ask.question };
                // A second token of the same place, so that no token comes twice in a walk.
                Some(if again { format!("{}=", mark.seal()) } else { mark.seal() })
            }
        }
    }

    fn offset_echo(&self, ask: &Ask, size: usize) -> i64 {
        let sent = match &ask.from {
            From::Offset(offset) => *offset,
            _ => 0,
        };
        let means = self.lists.page.offset_echo.as_ref().map_or(&[][..], |clause| clause.means.as_slice());
        let reading =
            means.get(self.habits.offset_echo.min(means.len().saturating_sub(1))).map_or("this", String::as_str);
        let echo = if reading == "next" { sent.saturating_add(size) } else { sent };
        i64::try_from(echo).unwrap_or(i64::MAX)
    }

    /// What a page beyond the end gets, where the contract wants it refused.
    pub(crate) fn past_end(&self, ask: &Ask, page: &Page, matching: usize) -> Option<Refused> {
        let refuses = self.lists.page.past_end.as_ref().is_some_and(|handling| handling.is == Choice::Refuse);
        let beyond = matches!(ask.from, From::Offset(at) if at > 0 && at >= matching) && page.rows.is_empty();
        let by_token = self.lists.page.offset.is_none() && self.lists.page.number.is_none();
        let clauses = &self.contract.root.refusals;
        let refused = if clauses.not_found.is_some() && Refused::NotFound.is_documented(self.contract, self.operation) {
            Refused::NotFound
        } else {
            Refused::Invalid("there is no such page".to_owned())
        };
        (refuses && beyond && !by_token).then_some(refused)
    }

    /// Whether the token is to be a field of a record, and to be refused where no record has it.
    pub(crate) fn is_made_up(&self, ask: &Ask, table: &[Arc<Row>]) -> bool {
        let (Some(next), From::Key(token)) = (&self.lists.page.next, &ask.from) else { return false };
        let refuses = next.malformed.as_ref().is_some_and(|handling| handling.is == Choice::Refuse);
        let lenient = self.chosen(next.malformed.as_ref()).is_some() || (self.neglects)(Neglect::Tokens);
        let has =
            |field: &str| table.iter().any(|row| row.value.pointer(field).is_some_and(|own| text_of(own) == *token));
        refuses && !lenient && next.field.as_deref().is_some_and(|field| !has(field))
    }

    /// Writes the envelope; the array of records stays empty. Header spots go into the answer.
    pub(crate) fn envelope(&self, page: &Page, incoming: &Incoming, inputs: &Inputs, answer: &mut Answer) -> Value {
        let mut body = self.route.envelope.clone();
        let clauses = &self.lists.page;
        let mut put = |clause: &Option<Clause>, value: Value| {
            let Some(clause) = clause else { return };
            if clause.with.as_ref().is_some_and(|with| inputs.text(&with.slot) != Some(text_of(&with.value))) {
                if let Spot::Pointer(pointer) = &clause.spot {
                    take_at(&mut body, pointer);
                }
                return;
            }
            match &clause.spot {
                Spot::Pointer(pointer) => set_at(&mut body, pointer, value),
                Spot::Header { header, .. } => answer.set_header(header, &text_of(&value)),
                Spot::Entry(entry) => self.route.put_entry(&mut body, entry, value),
            }
        };
        put(&clauses.more, Value::Bool(page.more != clauses.more.as_ref().is_some_and(|more| more.inverted)));
        put(&clauses.count, Value::from(page.count));
        put(&clauses.total, Value::from(page.total));
        put(&clauses.remaining, Value::from(page.remaining));
        put(&clauses.size_echo, Value::from(page.size));
        put(&clauses.offset_echo, Value::from(page.offset_echo));
        put(&clauses.pages, Value::from(page.pages));
        if let Some(number) = page.next_number {
            put(&clauses.next_number, Value::from(number));
        } else if let Some(spot) = clauses.next_number.as_ref().and_then(|clause| clause.spot.pointer()) {
            match &self.route.no_next_number {
                Some(nothing) => set_at(&mut body, spot, nothing.clone()),
                None => {
                    take_at(&mut body, spot);
                }
            }
        }
        self.put_next(page, incoming, &mut body, answer);
        body
    }

    fn put_next(&self, page: &Page, incoming: &Incoming, body: &mut Value, answer: &mut Answer) {
        let Some(next) = &self.lists.page.next else { return };
        let address = || self.address(page, incoming);
        let shown = |token: &str| match token.parse::<u64>() {
            Ok(count) if self.route.next.counts == Counts::Everywhere => Value::from(count),
            _ => Value::from(token),
        };
        match &next.spot {
            Some(Spot::Pointer(pointer)) => {
                let value = match &page.token {
                    Some(_) if next.is_url() => Some(Value::from(address())),
                    Some(token) => Some(shown(token)),
                    None => self.route.next.end.clone(),
                };
                match value {
                    Some(value) => set_at(body, pointer, value),
                    None => {
                        take_at(body, pointer);
                    }
                }
            }
            Some(Spot::Header { header, rel }) => match (&page.token, rel) {
                (None, _) => {}
                (Some(_), Some(rel)) => answer.set_header(header, &format!("<{}>; rel=\"{rel}\"", address())),
                (Some(_), None) if next.is_url() => answer.set_header(header, &address()),
                (Some(token), None) => answer.set_header(header, token),
            },
            Some(Spot::Entry(entry)) => match &page.token {
                None => {}
                Some(_) if next.is_url() => self.route.put_entry(body, entry, Value::from(address())),
                Some(token) => self.route.put_entry(body, entry, shown(token)),
            },
            None => {}
        }
    }

    /// The address of the next page: relative to the host, unless the document takes absolute ones alone.
    fn address(&self, page: &Page, incoming: &Incoming) -> String {
        let clauses = &self.lists.page;
        let (slot, value) =
            match (clauses.next.as_ref().and_then(|next| next.slot.clone()), &clauses.offset, &clauses.number) {
                (Some(slot), ..) => (slot, page.token.clone().unwrap_or_default()),
                (None, Some(offset), _) => {
                    (offset.slot.clone(), (page.next_start + usize_of(offset.first)).to_string())
                }
                (None, None, Some(number)) => {
                    let size = usize::try_from(page.size).unwrap_or(1).max(1);
                    (number.slot.clone(), (page.next_start.div_ceil(size) + usize_of(number.first)).to_string())
                }
                (None, None, None) => (Slot::Query("cursor".to_owned()), page.token.clone().unwrap_or_default()),
            };
        // The name may have come encoded, as that of `page[offset]` does.
        let is_other = |pair: &&str| {
            !pair.is_empty() && Inputs::read_query(pair).first().is_none_or(|(name, _)| name != slot.name())
        };
        let mut pairs: Vec<String> = incoming.query.split('&').filter(is_other).map(str::to_owned).collect();
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        pairs.push(format!("{}={}", encode(slot.name()), encode(&value)));
        let host = incoming.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let origin = if self.route.next.absolute { format!("http://{host}") } else { String::new() };
        format!("{origin}{}?{}", incoming.path, pairs.join("&"))
    }
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
