//! How an answer to one filter reads.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::missing::{Must, missing, shown_by};
use super::places::{clause, exposed, row_pointer, sent_at, sent_refused};
use super::values::{is_special, is_unknown, options};
use crate::case::{Access, Case};
use crate::checks::Blame;
use crate::checks::reading::is_refusal;
use crate::contract::Operation;
use crate::contract::semantics::{Filter, Lists, Match};
use crate::document::escape;
use crate::exchange::Sent;
use crate::finding::Level;
use crate::study::{End, Fit, Model, Reference, Row, Study, Trait, WalkSeen, Wanted};

/// How an answer to one filter reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// No page came, for a reason that other checks speak about.
    Unjudged,
    /// Every record fits.
    Fits,
    /// Refused with this status, at this page.
    Refused(u16, usize),
    /// The same records as without the filter.
    NoEffect,
    /// Records that differ from the value in case only.
    WrongCase,
    /// Records that merely contain the value.
    Substring,
    /// Other records.
    Foreign,
}

/// A walk with exactly one filter and nothing else.
pub(crate) struct Look<'a> {
    pub(crate) case: &'a Case,
    pub(crate) walk: &'a WalkSeen,
    pub(crate) lists: &'a Lists,
    pub(crate) model: &'a Model,
    pub(crate) name: &'a str,
    pub(crate) value: &'a Value,
    pub(crate) filter: &'a Filter,
    pub(crate) reading: Reading,
    /// Whether the value is outside the enumeration or format.
    pub(crate) unknown: bool,
    /// Known records that had to come and did not.
    pub(crate) missing: Vec<Box<str>>,
    /// Known records that had to come.
    pub(crate) wanted: usize,
    /// What shows the first of the missing records, where the walk over the whole list at its largest size does not.
    pub(crate) shown_by: Option<Case>,
}

impl Look<'_> {
    /// Whether the walk is the second tenant's, of whose records nothing is known.
    pub(crate) fn is_second(&self) -> bool {
        self.walk.walk.query.access == Access::Second
    }

    /// Whether a value that needs care in encoding was sent.
    pub(crate) fn is_special(&self) -> bool {
        let single = std::slice::from_ref(self.value);
        let parts = self.value.as_array().map_or(single, Vec::as_slice);
        parts.iter().any(|part| part.as_str().is_some_and(is_special))
    }

    /// Whether the value is a record's in another case.
    pub(crate) fn is_other_case(&self, reference: &Reference) -> bool {
        let Some(text) = single_text(self.value) else { return false };
        let Some(index) = self.filter.field.as_deref().and_then(|field| self.model.field(field)) else { return false };
        let texts = || reference.rows.iter().filter_map(|row| trait_text(row, index));
        if self.filter.matching == Match::Contains {
            let folded = text.to_lowercase();
            return !texts().any(|held| held.contains(&text))
                && texts().any(|held| held.to_lowercase().contains(&folded));
        }
        !texts().any(|held| held == text) && texts().any(|held| held.to_lowercase() == text.to_lowercase())
    }

    /// What the filter asks for.
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        Wanted::new(self.model, self.name, self.filter, self.value)
    }

    /// Index of the first record that does not fit.
    pub(crate) fn first_misfit(&self) -> Option<usize> {
        self.walk.misfits.iter().find(|(_, name)| name == self.name).map(|(row, _)| *row)
    }

    /// How many records do not fit.
    pub(crate) fn misfits(&self) -> usize {
        self.walk.misfits.iter().filter(|(_, name)| name == self.name).count()
    }

    /// Words for how many records do not fit, and where.
    pub(crate) fn misfit_words(&self) -> String {
        let page = self.first_misfit().map_or(0, |row| self.walk.page_of(row)) + 1;
        format!("{} of {} records do not fit, the first on page {page}", self.misfits(), self.walk.rows.len())
    }

    /// A fault of this walk.
    pub(crate) fn blame(&self, study: &Study, operation: &Operation, title: String) -> Blame {
        let place = clause(operation, &format!("filters/{}", escape(self.name)));
        let mut blame = Blame::of_cases(title, vec![self.case.clone()], self.sent())
            .by(&study.contract, place)
            .under(study, &self.filter.about, Level::Deny)
            .mark(if self.is_second() { format!("{} for the second tenant", self.name) } else { self.name.to_owned() })
            .shown(format!("{} = {}", self.name, self.value));
        if let (Some(row), Some(field)) = (self.first_misfit(), &self.filter.field) {
            blame = blame.at(row_pointer(self.lists, self.walk, row, field));
        }
        blame.exposed = exposed(self.walk);
        blame
    }

    fn sent(&self) -> Vec<Sent> {
        match self.reading {
            Reading::Refused(..) => sent_refused(self.walk),
            _ => sent_at(self.walk, self.first_misfit()),
        }
    }
}

/// The one text that is asked for; `None` for numbers and longer lists.
fn single_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) if parts.len() == 1 => single_text(&parts[0]),
        _ => None,
    }
}

pub(crate) fn trait_text(row: &Row, index: usize) -> Option<&str> {
    match row.traits.get(index) {
        Some(Trait::Text(text, _)) => Some(text),
        _ => None,
    }
}

/// Walks with one filter, as they read. Many checks ask; it is worked out once for what has been seen.
pub(crate) fn looks<'a>(study: &'a Study, operation: &'a Operation) -> Vec<Look<'a>> {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else { return Vec::new() };
    let key = format!("{} looks at {}", operation.id, study.len());
    let judged: Arc<Vec<Judged>> = study.choose(key, || Arc::new(judge_each(study, operation, lists, model)));
    let each = bare_looks(study, operation, lists, model).zip(judged.iter());
    each.map(|(look, judged)| Look {
        reading: judged.reading,
        missing: judged.missing.clone(),
        wanted: judged.wanted,
        shown_by: judged.shown_by.clone(),
        ..look
    })
    .collect()
}

/// What was worked out of a look.
struct Judged {
    reading: Reading,
    missing: Vec<Box<str>>,
    wanted: usize,
    shown_by: Option<Case>,
}

fn judge_each(study: &Study, operation: &Operation, lists: &Lists, model: &Model) -> Vec<Judged> {
    let mut looks: Vec<Look<'_>> = bare_looks(study, operation, lists, model).collect();
    for look in &mut looks {
        look.reading = read(study, operation, look);
        if look.reading != Reading::NoEffect && !look.is_second() {
            (look.wanted, look.missing) = missing(study, lists, model, look.walk);
        }
    }
    // A filter that works for another value is not without effect.
    let working: HashSet<&str> = looks.iter().filter(|look| shows_effect(study, look)).map(|look| look.name).collect();
    for look in &mut looks {
        if look.reading == Reading::NoEffect && working.contains(look.name) && !look.is_second() {
            look.reading = Reading::Foreign;
        }
    }
    for index in 0..looks.len() {
        let hidden = hidden(study, &looks, &looks[index]);
        looks[index].wanted += hidden.len();
        looks[index].missing.extend(hidden);
        let first = looks[index].missing.first();
        looks[index].shown_by = first.and_then(|key| shown_by(study, operation, lists, key));
    }
    let judged = |look: Look<'_>| Judged {
        reading: look.reading,
        missing: look.missing,
        wanted: look.wanted,
        shown_by: look.shown_by,
    };
    looks.into_iter().map(judged).collect()
}

/// Records that another value of the same filter shows and the whole list leaves out, and that had to come here as well:
/// those are known as soon as one value lets through what another one does.
fn hidden(study: &Study, looks: &[Look<'_>], look: &Look<'_>) -> Vec<Box<str>> {
    let Some(reference) = study.reference(&look.walk.walk.query.operation) else { return Vec::new() };
    let counts = |look: &Look<'_>| look.reading == Reading::Fits && !look.unknown && !look.is_second();
    if !counts(look) || !look.walk.is_complete() {
        return Vec::new();
    }
    let must = Must::new(look.lists, look.model, &look.walk.walk.query, reference);
    let mut known: HashSet<&str> = look.walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
    let others = looks.iter().filter(|other| other.name == look.name && other.value != look.value && counts(other));
    let rows = others.flat_map(|other| &other.walk.rows);
    let unlisted = |key: &&str| !reference.by_key.contains_key(*key);
    rows.filter(|row| must.hold(row))
        .filter_map(|row| row.key.as_deref().filter(unlisted))
        .filter(|key| known.insert(key))
        .map(Into::into)
        .collect()
}

/// Walks with one filter, not yet judged.
fn bare_looks<'a>(
    study: &'a Study,
    operation: &'a Operation,
    lists: &'a Lists,
    model: &'a Model,
) -> impl Iterator<Item = Look<'a>> {
    study.walks(&operation.id).filter_map(move |(case, walk)| {
        let query = &walk.walk.query;
        let known = matches!(query.access, Access::Own | Access::Second);
        let bare = query.sort.is_none() && query.expand.is_empty() && known;
        let ([(name, value)], true) = (query.filters.as_slice(), bare) else { return None };
        let (name, filter) = lists.filters.get_key_value(name)?;
        let unknown = is_unknown(&study.contract, operation, filter, value);
        Some(Look {
            case,
            walk,
            lists,
            model,
            name,
            value,
            filter,
            reading: Reading::Unjudged,
            unknown,
            missing: Vec::new(),
            wanted: 0,
            shown_by: None,
        })
    })
}

/// Whether the filter of a look lets foreign records through under some other single value, that have nothing of it: then
/// one that is like the value is there by chance.
pub(crate) fn is_foreign_anyhow(look: &Look<'_>, looks: &[Look<'_>]) -> bool {
    looks.iter().any(|other| {
        other.name == look.name && other.value.is_string() && !other.unknown && other.reading == Reading::Foreign
    })
}

/// Whether a walk shows that its filter does something: it gave some records, all fit, and others exist that do not.
pub(crate) fn shows_effect(study: &Study, look: &Look<'_>) -> bool {
    let Some(reference) = study.reference(&look.walk.walk.query.operation) else { return false };
    let wanted = look.wanted();
    look.reading == Reading::Fits
        && !look.is_second()
        && !look.walk.rows.is_empty()
        && reference.rows.iter().any(|row| wanted.row(row) == Fit::Not)
}

/// Whether a filter at level deny, or the one with this name, lets others through on the first page of some walk: then it is
/// no token that has lost it, and what such pages count is the count of another question. What weighs less explains nothing:
/// whoever lives with it would not hear of what follows. So do filters together where `combine` weighs less.
pub(crate) fn fails_at_once(study: &Study, operation: &Operation, lists: &Lists, name: Option<&str>) -> bool {
    let own = study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.access == Access::Own);
    let together = lists.combine.as_ref().is_none_or(|grade| study.level(&grade.0, Level::Deny) == Level::Deny);
    let own = own.filter(|(_, walk)| together || walk.walk.query.filters.len() < 2);
    own.filter(|(_, walk)| !walk.misfits.is_empty()).any(|(_, walk)| {
        let second = walk.starts.get(1).copied().unwrap_or(usize::MAX);
        let counts = |(sent, value): &(String, Value)| {
            lists.filters.get(sent).is_some_and(|filter| {
                let weighs = name == Some(sent.as_str()) || (weighs(study, filter) && !filter.partial);
                weighs && !is_unknown(&study.contract, operation, filter, value)
            })
        };
        let known: Vec<&String> =
            walk.walk.query.filters.iter().filter(|pair| counts(pair)).map(|(sent, _)| sent).collect();
        walk.misfits.iter().any(|(row, other)| *row < second && known.contains(&other))
    })
}

/// Whether a filter that lets others through is a fault at level deny, whatever it is called.
fn weighs(study: &Study, filter: &Filter) -> bool {
    let unsupported = filter.unsupported.as_ref();
    study.level(&filter.about, Level::Deny) == Level::Deny
        && unsupported.is_none_or(|grade| study.level(&grade.0, Level::Deny) == Level::Deny)
}

/// A refusal that is about the request and not about access or pace, with the page. Whoever is let in with the plain
/// question and turned away with this one is refused for what was asked, whatever the status says.
pub(crate) fn refusal(study: &Study, walk: &WalkSeen) -> Option<(u16, usize)> {
    let End::Broken(index) = walk.end else { return None };
    let status = walk.answers.get(index)?.status?;
    let about_request = match status {
        401 | 403 => is_let_in(study, walk),
        status => is_refusal(status),
    };
    about_request.then_some((status, walk.pages.len() + 1))
}

/// Whether whoever asked is shown pages of the same list: those before, or of the plain question.
fn is_let_in(study: &Study, walk: &WalkSeen) -> bool {
    let query = &walk.walk.query;
    let plain = |other: &WalkSeen| other.walk.query.is_whole() && other.walk.query.access == query.access;
    !walk.pages.is_empty() || study.walks(&query.operation).any(|(_, other)| plain(other) && !other.pages.is_empty())
}

/// Whether a value is made up, so that somebody in front of the API may turn it away: neither the contract names it nor a
/// known record holds it.
fn is_made_up(study: &Study, operation: &Operation, look: &Look<'_>) -> bool {
    let named = look.filter.values.contains(look.value)
        || look.value.is_boolean()
        || !options(&study.contract, operation, look.filter).is_empty();
    let wanted = look.wanted();
    let held = |reference: &Reference| reference.rows.iter().any(|row| matches!(wanted.row(row), Fit::Must | Fit::May));
    !named && !held(study.reference_of(&operation.id, look.walk.walk.query.access))
}

fn read(study: &Study, operation: &Operation, look: &Look<'_>) -> Reading {
    let turned_away = |status| matches!(status, 401 | 403) && is_made_up(study, operation, look);
    let refused = refusal(study, look.walk).filter(|(status, _)| !turned_away(*status));
    let refused = refused.map(|(status, page)| Reading::Refused(status, page));
    if look.walk.pages.is_empty() {
        return refused.unwrap_or(Reading::Unjudged);
    }
    let misfits: Vec<usize> =
        look.walk.misfits.iter().filter(|(_, name)| name == look.name).map(|(row, _)| *row).collect();
    // What the pages before a refusal show comes first: it may well be its cause.
    if misfits.is_empty() {
        return refused.unwrap_or(Reading::Fits);
    }
    if !look.is_second()
        && let Some(reference) = study.reference(&look.walk.walk.query.operation)
        && is_unfiltered(look, reference, misfits.len())
    {
        return Reading::NoEffect;
    }
    let index = look.filter.field.as_deref().and_then(|field| look.model.field(field));
    let texts: Option<Vec<String>> = index.and_then(|index| {
        misfits.iter().map(|row| Some(trait_text(look.walk.rows.get(*row)?, index)?.to_lowercase())).collect()
    });
    // Of the members of an enumeration one may well contain another: `inactive`, `active`.
    let closed = study
        .contract
        .operation(&look.walk.walk.query.operation)
        .is_some_and(|operation| !options(&study.contract, operation, look.filter).is_empty());
    let exact = matches!(look.filter.matching, Match::Equal | Match::AnyOf) && !closed;
    match (texts, single_text(look.value).map(|text| text.to_lowercase())) {
        (Some(texts), Some(value)) if exact && texts.iter().all(|text| *text == value) => Reading::WrongCase,
        (Some(texts), Some(value)) if exact && texts.iter().all(|text| text.contains(&value)) => Reading::Substring,
        _ => Reading::Foreign,
    }
}

/// Whether a walk shows what the list shows without the filter: the same records, or as many that do not fit.
fn is_unfiltered(look: &Look<'_>, reference: &Reference, misfits: usize) -> bool {
    let rows = &look.walk.rows;
    // As many as without it: the whole list, or as far as the walk went.
    let enough = if look.walk.is_complete() { rows.len() * 10 >= reference.rows.len() * 9 } else { rows.len() >= 2 };
    if !enough {
        return false;
    }
    let first: HashSet<&str> = reference.rows.iter().take(rows.len()).filter_map(|row| row.key.as_deref()).collect();
    let shared = rows.iter().filter_map(|row| row.key.as_deref()).filter(|key| first.contains(key)).count();
    if shared == rows.len() {
        return true;
    }
    let wanted = look.wanted();
    let (mut all, mut foreign) = (0_usize, 0_usize);
    for fit in reference.rows.iter().map(|row| wanted.row(row)).filter(|fit| *fit != Fit::Unknown) {
        all += 1;
        foreign += usize::from(fit == Fit::Not);
    }
    // By share: nine tenths of the records that do not fit in the whole list.
    rows.len() >= 10 && all > 0 && misfits * all * 10 >= foreign * rows.len() * 9 && shared * 10 >= rows.len() * 8
}
