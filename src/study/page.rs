//! The envelope of a page: what it says of itself, read by the places that the contract names.

use std::sync::Arc;

use serde_json::Value;

use super::observation::Observation;
use crate::contract::semantics::{Counted, Lists, Next, Spot};
use crate::exchange::Answer;

/// A figure in the envelope.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Figure {
    /// Nothing there.
    #[default]
    Absent,
    /// Something that is no number.
    NoNumber,
    /// A number.
    Is(f64),
}

impl Figure {
    fn of(value: Option<Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Absent,
            Some(Value::Number(number)) => number.as_f64().map_or(Self::NoNumber, Self::Is),
            Some(Value::String(text)) => {
                text.parse().ok().filter(|number: &f64| number.is_finite()).map_or(Self::NoNumber, Self::Is)
            }
            Some(_) => Self::NoNumber,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Is(number) => Some(number),
            _ => None,
        }
    }
}

/// What a page says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageFacts {
    /// Records on the page.
    pub items: usize,
    /// Whether the place of the records holds an array at all.
    pub has_items: bool,
    /// Token or address of the next page; `None`: absent, null or empty.
    pub next: Option<String>,
    /// Whether it says that more follows.
    pub more: Option<bool>,
    /// Records on this page, by its own count.
    pub count: Figure,
    /// Records that match, by its own count.
    pub total: Figure,
    /// Records that match whatever is filtered for, by its own count; `total` is absent then.
    pub collection: Figure,
    /// Pages in all, by its own count.
    pub pages: Figure,
    /// The number of the next page that it names.
    pub next_number: Figure,
    /// Records that follow, by its own count.
    pub remaining: Figure,
    /// The size that it says it used.
    pub size_echo: Figure,
    /// The offset that it names.
    pub offset_echo: Figure,
}

impl PageFacts {
    /// Reads the total as that of the whole collection, where the contract says so: under filters it says nothing of what
    /// matches, and ends no walk.
    pub(crate) fn read_under_filters(&mut self, lists: &Lists) {
        if lists.page.total.as_ref().is_some_and(|total| total.of == Counted::Collection) {
            self.collection = std::mem::take(&mut self.total);
        }
    }

    /// Reads the envelope of a success answer.
    #[must_use]
    pub fn read(lists: &Lists, answer: &Answer, body: &Value) -> Self {
        let page = &lists.page;
        let items = body.pointer(&lists.items).and_then(Value::as_array);
        let clause = |clause: &Option<crate::contract::semantics::Clause>| {
            clause.as_ref().and_then(|clause| spot(&clause.spot, answer, body))
        };
        let inverted = page.more.as_ref().is_some_and(|more| more.inverted);
        Self {
            items: items.map_or(0, Vec::len),
            has_items: items.is_some(),
            next: page.next.as_ref().and_then(|next| next_token(next, lists, answer, body)),
            more: clause(&page.more).and_then(|value| value.as_bool()).map(|said| said != inverted),
            count: Figure::of(clause(&page.count)),
            total: Figure::of(clause(&page.total)),
            collection: Figure::Absent,
            pages: Figure::of(clause(&page.pages)),
            next_number: Figure::of(clause(&page.next_number)),
            remaining: Figure::of(clause(&page.remaining)),
            size_echo: Figure::of(clause(&page.size_echo)),
            offset_echo: Figure::of(clause(&page.offset_echo)),
        }
    }
}

/// The value at a spot of an answer.
#[must_use]
pub fn spot(spot: &Spot, answer: &Answer, body: &Value) -> Option<Value> {
    match spot {
        Spot::Pointer(pointer) => body.pointer(pointer).cloned(),
        Spot::Header { header, rel: None } => {
            answer.header(&header.to_ascii_lowercase()).map(|text| Value::String(text.to_owned()))
        }
        Spot::Header { header, rel: Some(rel) } => {
            let name = header.to_ascii_lowercase();
            let texts = answer.headers.iter().filter(|(known, _)| *known == name).map(|(_, text)| text.as_str());
            texts.into_iter().find_map(|text| link(text, rel)).map(Value::String)
        }
        Spot::Entry(entry) => {
            let entries = body.pointer(&entry.array).and_then(Value::as_array)?;
            entries.iter().find(|one| entry.is(one))?.pointer(&entry.member).cloned()
        }
    }
}

fn next_token(next: &Next, lists: &Lists, answer: &Answer, body: &Value) -> Option<String> {
    let value = match (&next.spot, &next.field) {
        (Some(place), _) => spot(place, answer, body)?,
        (None, Some(field)) => lists.records(body).last()?.pointer(field)?.clone(),
        (None, None) => return None,
    };
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The target of a relation in a `Link` header (RFC 8288, section 3).
fn link(header: &str, rel: &str) -> Option<String> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>')?;
        let (target, behind) = (&rest[start + 1..end], &rest[end + 1..]);
        let (parameters, others) = until(behind, ',');
        rest = others;
        if relations(parameters).is_some_and(|mut known| known.any(|one| one.eq_ignore_ascii_case(rel))) {
            return Some(target.to_owned());
        }
    }
    None
}

/// The relations among the parameters of a link: only the first `rel` counts.
fn relations(parameters: &str) -> Option<impl Iterator<Item = &str>> {
    let mut rest = parameters;
    while !rest.is_empty() {
        let (parameter, others) = until(rest, ';');
        rest = others;
        if let Some((name, value)) = parameter.split_once('=')
            && name.trim().eq_ignore_ascii_case("rel")
        {
            return Some(value.trim().trim_matches('"').split_ascii_whitespace());
        }
    }
    None
}

/// A text up to the first separator outside of quotes, and what stands behind it.
fn until(text: &str, separator: char) -> (&str, &str) {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if !quoted && character == separator => return (&text[..at], &text[at + separator.len_utf8()..]),
            _ => {}
        }
    }
    (text, "")
}

/// How a walk ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The target said so: no more, no next token, an empty page, the total reached.
    Finished,
    /// As many pages as were planned, or as the run's limits allow.
    Capped,
    /// More is promised, but there is no token to get it with.
    NoToken,
    /// A token that was seen before in this walk.
    TokenRepeated,
    /// Page after page without a new record.
    Endless,
    /// An answer that is no page; index of the observation.
    Broken(usize),
}

/// A walk as it went.
#[derive(Clone, Debug)]
pub struct WalkSeen {
    /// What was planned.
    pub walk: crate::case::Walk,
    /// Every answer, in order; a failed one that was sent again stands before its repetition.
    pub answers: Vec<Observation>,
    /// Index into `answers` of each page that counts.
    pub pages: Vec<usize>,
    /// Every record, in order.
    pub rows: Vec<Arc<super::row::Row>>,
    /// For each page, where its records start in `rows`.
    pub starts: Vec<usize>,
    /// Pages at its end that only showed the last records once more, where pages are counted: they are none of `pages`.
    pub echoes: usize,
    /// How it ended.
    pub end: End,
    /// Records found by following a token that stood beside "no more".
    pub beyond: Vec<Arc<super::row::Row>>,
    /// Whether such a token was followed.
    pub went_beyond: bool,
    /// Indices into `rows` of records kept in full, with their value.
    pub samples: Vec<(usize, Arc<Value>)>,
    /// Records that do not fit a filter: index into `rows`, name of the filter.
    pub misfits: Vec<(usize, String)>,
    /// Records and filters that were compared.
    pub fits_judged: u64,
    /// What became of expansions: index into `rows`, index of the expansion, what is wrong.
    pub expansions: Vec<(usize, usize, ExpandFault)>,
    /// Expansions that were asked for and could be judged, by index of the expansion.
    pub expansions_judged: std::collections::BTreeMap<usize, u64>,
}

/// What is wrong with an expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpandFault {
    /// It was asked for and the record refers to something, but it is not there.
    Missing,
    /// It is there although nobody asked.
    Unasked,
    /// It does not agree with the record: pointer inside the addition.
    Disagrees(String),
    /// It is there although the record refers to nothing.
    Unfounded,
}

/// Judges one expansion on one record; `None` when it is lawful or cannot be judged.
#[must_use]
pub fn expand_fault(expand: &crate::contract::semantics::Expand, asked: bool, record: &Value) -> Option<ExpandFault> {
    let added = record.pointer(&expand.adds).filter(|value| !value.is_null());
    let refers = expand.agrees.values().find_map(|own| record.pointer(own)).is_some_and(|value| !value.is_null());
    match (added, asked) {
        (None, true) if refers => Some(ExpandFault::Missing),
        (None, _) => None,
        (Some(_), _) => {
            let wrong = expand.agrees.iter().find(|(inside, own)| {
                let (inside, own) = (record.pointer(inside), record.pointer(own));
                inside.is_some() && own.is_some_and(|own| !own.is_null()) && inside != own
            });
            match wrong {
                Some((inside, _)) => Some(ExpandFault::Disagrees(inside.clone())),
                None if !refers && !expand.agrees.is_empty() => Some(ExpandFault::Unfounded),
                None if !asked => Some(ExpandFault::Unasked),
                None => None,
            }
        }
    }
}

impl WalkSeen {
    /// The facts of page `index`.
    #[must_use]
    pub fn facts(&self, index: usize) -> Option<&PageFacts> {
        self.answers.get(*self.pages.get(index)?)?.page.as_ref()
    }

    /// The answer of page `index`.
    #[must_use]
    pub fn answer(&self, index: usize) -> Option<&Observation> {
        self.answers.get(*self.pages.get(index)?)
    }

    /// Which page a record is on, from 0.
    #[must_use]
    pub fn page_of(&self, row: usize) -> usize {
        self.starts.partition_point(|start| *start <= row).saturating_sub(1)
    }

    /// Records of page `index`.
    #[must_use]
    pub fn rows_of(&self, index: usize) -> &[Arc<super::row::Row>] {
        let start = self.starts.get(index).copied().unwrap_or(self.rows.len());
        let end = self.starts.get(index + 1).copied().unwrap_or(self.rows.len());
        &self.rows[start..end]
    }

    /// Whether the target itself ended it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.end == End::Finished
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_figure_only_if_it_is_a_finite_number() {
        let of = |text: &str| Figure::of(Some(Value::from(text)));
        assert_eq!((of("49"), of("4.9e1")), (Figure::Is(49.0), Figure::Is(49.0)));
        for text in ["NaN", "nan", "inf", "-Infinity", "1e999", "many", ""] {
            assert_eq!(of(text), Figure::NoNumber, "{text}");
        }
    }

    #[test]
    fn link_headers_are_read() {
        let header = r#"<https://h/c?page=2&a=1,2>; rel="next", <https://h/c?page=9>; rel="last""#;
        assert_eq!(link(header, "next").as_deref(), Some("https://h/c?page=2&a=1,2"));
        assert_eq!(link(header, "last").as_deref(), Some("https://h/c?page=9"));
        assert_eq!(link(header, "prev"), None);
        for (header, wanted) in [
            ("</p>; rel=\"prev\",  </n>; rel=\"next\"", Some("/n")),
            ("</p>; rel=prev,\t</n>; rel=next", Some("/n")),
            ("</f>; rel=first, </p>; rel=prev,</n>; rel=next", Some("/n")),
            ("</p>; rel=\"prev\" , </n>; rel=\"last next\"", Some("/n")),
            ("</p>; title=\"a, </x>; rel=next\"; rel=prev", None),
            ("</p>; title=\"say \\\"; rel=next; \\\"\"; rel=prev, </n>; REL=Next", Some("/n")),
            ("</p>; rel=prev; rel=next", None),
            ("</n,m>; rel=next", Some("/n,m")),
            ("rel=next", None),
            ("</n; rel=next", None),
        ] {
            assert_eq!(link(header, "next").as_deref(), wanted, "{header}");
        }
    }
}
